#!/usr/bin/env bash
# Checks the kernels for matrix units (VK_KHR_cooperative_matrix) on a machine whose GPU or glslc has none: builds them with
# a newer glslc, and runs them on a newer Mesa, whose lavapipe computes such matrices on the processor.
#
#   ./matrix-check.sh                 the op checks of all operations, and the tests of mixed precision and of tiles
#   ./matrix-check.sh unet ARGS...    any command of the program there, such as: unet selftest --op Conv2d
#   ./matrix-check.sh test ARGS...    any tests there, such as: test -class UNet.Tests.Checks.OpChecksTests
#
# Both come from Debian's "sid" with the mirror and the key that apt has for this Debian. They are unpacked (not installed)
# into .setup/matrix/, which git ignores and which may be deleted at any time: about 400 MB, and as much again for the build.
# Needs root, or a system where users may make namespaces (unshare).
# Exit codes: 0 all passed, 1 something failed, 2 the machine lacks something.
set -euo pipefail

unset CDPATH
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
cd "$here"
# shellcheck source=setup.sh
source ./setup.sh

folder=$here/.setup/matrix
root=$folder/root                # where the programs of sid lie, as in the root of a file system
log=$folder/log
suite=sid
wanted=(base-files libc6 libstdc++6 zlib1g libssl3t64 libvulkan1 mesa-vulkan-drivers vulkan-validationlayers glslc)

give_up() { local code=$1; shift; say "matrix-check: $*"; exit "$code"; }

check() {
    case ${1-} in
        -h | --help) sed -n '2,14s/^# \{0,1\}//p' "$here/matrix-check.sh"; return ;;
        '' | unet | test) ;;
        *) give_up 2 "unknown word '$1': give nothing, 'unet ARGS...' or 'test ARGS...'." ;;
    esac

    command -v dotnet > /dev/null || give_up 2 "there is no 'dotnet' on the PATH: run ./setup.sh first."
    mkdir -p "$folder"
    if [[ ! -f $folder/unpacked ]]; then unpack; fi
    build
    case ${1-} in
        unet) shift; run_unet "$@" ;;
        test) shift; run_tests "$@" ;;
        *)
            run_unet devices
            run_unet selftest
            run_tests -noLogo -class UNet.Tests.Training.MixedPrecisionTests -class UNet.Tests.Ops.RowTileTests \
                -class UNet.Tests.Checks.SpirVTests -class UNet.Tests.Planning.StoredRowsTests \
                -class UNet.Tests.Planning.KeptPackingTests -class UNet.Tests.Checks.NotANumberTests
            say 'The kernels for matrix units do what they should.'
            ;;
    esac
}

# ---- The newer programs ----

# apt with lists and packages of its own: it knows nothing but the suite, and takes nothing for installed.
apt_of_suite() {
    local tool=$1
    shift
    APT_CONFIG=$folder/apt.conf "$tool" -qq -o Acquire::Retries=3 "$@" < /dev/null >> "$log" 2>&1
}

unpack() {
    local source archive
    command -v apt-get > /dev/null || give_up 2 "needs apt, to get a newer Mesa and glslc from Debian's $suite."
    read_system
    source=$(suite_source "$codename" "$suite") \
        || give_up 2 "apt has no source of Debian's '$codename', whose mirror could be asked for $suite; this works on Debian alone."
    [[ -n $source ]] || give_up 2 "apt knows $suite already: install ${wanted[*]} with it, and run ./test.sh."

    say "Getting Mesa and glslc of Debian's $suite into ${folder#"$here"/} (90 MB) ..."
    rm -rf "$root" "$folder/apt"
    mkdir -p "$root" "$folder/apt"/{parts,lists/partial,cache/archives/partial}
    : > "$folder/apt/status"
    : > "$log"
    printf '%s\n' "$source" > "$folder/apt/parts/$suite.sources"
    cat > "$folder/apt.conf" << CONF
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "$folder/apt/parts";
Dir::State "$folder/apt";
Dir::State::lists "$folder/apt/lists";
Dir::State::status "$folder/apt/status";
Dir::Cache "$folder/apt/cache";
APT::Sandbox::User "$(id -un)";
Debug::NoLocking "true";
CONF
    apt_of_suite apt-get update || { tail -n 5 "$log" >&2; give_up 1 "apt could not read $suite from the machine's mirror (above)."; }
    apt_of_suite apt-get -y --no-install-recommends --download-only install "${wanted[@]}" \
        || { tail -n 5 "$log" >&2; give_up 1 "apt could not get the packages of $suite (above)."; }
    # base-files has the links from /lib to /usr/lib and so on, which others would take for folders.
    for archive in "$folder"/apt/cache/archives/{base-files_*,*}.deb; do
        dpkg-deb -x "$archive" "$root" || give_up 1 "'$archive' could not be unpacked."
    done
    mkdir -p "$root"/{proc,dev,tmp,dotnet,tree}

    # glslc with the libraries that it was built for, as a program of this system.
    cat > "$folder/glslc" << GLSLC
#!/bin/sh
exec $(printf '%q' "$(echo "$root"/usr/lib*/ld-linux-*.so.*)") --library-path $(printf '%q' "$(echo "$root"/usr/lib/*-linux-gnu*)") $(printf '%q' "$root/usr/bin/glslc") "\$@"
GLSLC
    chmod +x "$folder/glslc"
    "$folder/glslc" --version > /dev/null || give_up 1 "glslc of $suite does not run here."
    rm -rf "$folder/apt/cache" "$folder/apt/lists"
    touch "$folder/unpacked"
}

# ---- Building and running ----

# Folders of its own for what is built, so that the ordinary build is left alone.
build() {
    export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
    say 'Building with the newer glslc ...'
    dotnet build UNet.Tests -c Release --artifacts-path "$folder/artifacts" -p:Glslc="$folder/glslc" -p:RequireMatrixKernels=true \
        --nologo --verbosity quiet --tl:off -nodeReuse:false -clp:NoSummary > "$log" 2>&1 < /dev/null \
        || { cat "$log" >&2; give_up 1 'the build failed (above).'; }
}

run_unet() { inside dotnet "/tree/bin/UNet.Tests/release/unet.dll" "$@"; }
run_tests() { inside dotnet "/tree/bin/UNet.Tests/release/UNet.Tests.dll" "$@"; }

# inside COMMAND...: runs a command in the root of the newer programs, with .NET and what was built here, and with the subgroups
# of 8 for which that Mesa's matrices are made.
inside() {
    local spaces=(unshare --mount --pid --fork) dotnet
    [[ $EUID -eq 0 ]] || spaces+=(--map-root-user)
    "${spaces[@]}" true 2> /dev/null || give_up 2 'needs root, or a system where users may make namespaces (unshare --mount --map-root-user).'
    # Where .NET lies, whatever it is that starts it: "Microsoft.NETCore.App 10.0.1 [FOLDER/shared/Microsoft.NETCore.App]".
    dotnet=$(dotnet --list-runtimes | sed -n 's|^Microsoft.NETCore.App 10.*\[\(.*\)/shared/Microsoft.NETCore.App\]$|\1|p' | tail -n 1)
    # shellcheck disable=SC2016 # expanded by the shell inside
    "${spaces[@]}" bash -c '
        set -e
        root=$1
        mount --bind "$2" "$root/dotnet"
        mount --bind "$3" "$root/tree"
        mount --rbind /dev "$root/dev"
        mount -t proc proc "$root/proc"
        shift 3
        driver=$(echo "$root"/usr/share/vulkan/icd.d/lvp_icd*.json)
        exec env -i PATH=/usr/bin:/dotnet HOME=/tmp TERM=dumb UNET_REQUIRE_VULKAN=1 UNET_REQUIRE_MATRIX_KERNELS=1 \
            LP_NATIVE_VECTOR_WIDTH=256 DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 VK_DRIVER_FILES="${driver#"$root"}" \
            "$(command -v chroot)" "$root" "$@"
    ' bash "$root" "$dotnet" "$folder/artifacts" "$@"
}

check "$@"
