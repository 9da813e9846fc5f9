#!/usr/bin/env bash
# Runs all tests: ./test.sh. Arguments go to `dotnet test`, such as ./test.sh --filter Conv2d.
# The last line says how many passed, failed and were skipped; the exit code is 0 only if all went well.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")"

./setup.sh --test

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
export UNET_REQUIRE_VULKAN=1    # "auto" must find a Vulkan device: nothing falls back to the processor unseen

echo 'Building ...'
dotnet build UNet.Vulkan.sln -c Release --nologo --verbosity quiet --tl:off -nodeReuse:false -clp:NoSummary < /dev/null

results=TestResults/tests.trx
rm -f "$results"
status=0
dotnet test --project UNet.Tests -c Release --no-build --no-progress \
    --results-directory "${results%/*}" --report-xunit-trx --report-xunit-trx-filename "${results##*/}" "$@" < /dev/null || status=$?

# The runner's own file of results counts the tests.
total=0 executed=0 passed=0
if [[ -f $results ]]; then
    read -r total executed passed <<< "$(sed -n 's/.*<Counters total="\([0-9]*\)" executed="\([0-9]*\)" passed="\([0-9]*\)".*/\1 \2 \3/p' "$results")"
fi
failed=$((executed - passed))
if ((status == 0 && failed > 0)); then status=1; fi
if ((status == 0 && passed == 0)); then echo 'No test passed.'; status=1; fi
if ((status != 0 && failed == 0)); then echo "The test run broke off with exit code $status."; fi
echo "$passed passed, $failed failed, $((total - executed)) skipped"
exit "$status"
