#!/usr/bin/env bash
# Installs what this machine lacks to build and run UNet.Vulkan; where nothing is missing it says and does nothing.
#
#   ./setup.sh           what ./unet needs: .NET SDK (checked only), glslc, the Vulkan loader and a Vulkan driver
#   ./setup.sh --test    also what ./test.sh needs: the validation layer and a linker for the native program
#
# On Debian and Ubuntu the packages come from apt, listed before anything is touched. Elsewhere their names are printed.
# Exit codes: 0 ready, 1 the installation failed, 2 something is missing that only the user can install.
set -euo pipefail

oldest_mesa=25.0            # lavapipe of 24.0 ends long loops early, so that results are wrong
for_tests=no
log=''                      # apt's output, shown when it fails
packages=()                 # what apt is asked for ...
reasons=()                  # ... and why, index by index
note=''
system='' system_like='' system_name='' codename=''

main() {
    case ${1-} in
        '') ;;
        --test) for_tests=yes ;;
        -h | --help) sed -n '2,8s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; return ;;
        *) fail 2 "unknown option '$1': only --test and --help are known." ;;
    esac

    read_system
    check_dotnet
    list_missing
    [[ ${#packages[@]} -gt 0 ]] || return 0
    if [[ $system == macos ]] || ! command -v apt-get > /dev/null; then
        name_for_other_systems
    else
        install_with_apt
    fi
}

say() { printf '%s\n' "$*" >&2; }
fail() { local code=$1; shift; say "setup: $*"; exit "$code"; }

read_system() {
    local key value
    if [[ $OSTYPE == darwin* ]]; then system=macos system_name=macOS; return; fi
    [[ -r /etc/os-release ]] || return 0
    while IFS='=' read -r key value; do
        value=${value//[\"\']/}
        case $key in
            ID) system=$value ;;
            ID_LIKE) system_like=$value ;;
            PRETTY_NAME) system_name=$value ;;
            VERSION_CODENAME) codename=${codename:-$value} ;;
            DEBIAN_CODENAME) codename=$value ;;
        esac
    done < /etc/os-release
}

check_dotnet() {
    local dotnet home remedy="install it (package dotnet-sdk-10.0, or the installer from Microsoft's .NET download page) and start again."
    dotnet=$(command -v dotnet) || fail 2 "the .NET SDK 10.0 is needed, and there is no 'dotnet' on the PATH: $remedy"
    home=$(readlink -f "$dotnet" 2> /dev/null || printf '%s' "$dotnet")
    compgen -G "${home%/*}/sdk/10.*" > /dev/null && return
    # A launcher of its own kind (snap, a version manager): ask it.
    [[ $("$dotnet" --list-sdks 2> /dev/null) =~ (^|$'\n')10\. ]] && return
    fail 2 "the .NET SDK 10.0 is needed, and '$dotnet' has no SDK of that version: $remedy"
}

# ---- What is missing ----

need() { packages+=("$1"); reasons+=("$2"); }

list_missing() {
    packages=() reasons=() note=''
    command -v glslc > /dev/null || [[ -x ${VULKAN_SDK-}/bin/glslc ]] || need glslc 'compiles the shaders'
    if [[ $system != macos ]]; then
        has_library libvulkan.so.1 || need libvulkan1 'the Vulkan loader'
        check_driver
    fi
    [[ $for_tests == yes ]] || return 0
    has_manifest explicit_layer.d/VkLayer_khronos_validation.json \
        || need vulkan-validationlayers 'the tests run a training step under the Vulkan validation layer'
    command -v clang > /dev/null || has_gcc || need clang 'links the native program'
}

# gcc links too, but comes without the C library's headers and start files where recommended packages are not installed.
has_gcc() { command -v gcc > /dev/null && [[ $(gcc -print-file-name=crt1.o) == /* ]]; }

has_library() {
    local folder
    for folder in ${LD_LIBRARY_PATH+${LD_LIBRARY_PATH//:/ }} /usr/lib/*-linux-gnu* /usr/lib64 /usr/lib /usr/local/lib ${VULKAN_SDK+"$VULKAN_SDK/lib"}; do
        [[ ! -e $folder/$1 ]] || return 0
    done
    return 1
}

# Where the Vulkan loader looks for the JSON manifests of drivers and layers.
manifest_folders=(/etc/vulkan /usr/local/etc/vulkan /usr/share/vulkan /usr/local/share/vulkan "${XDG_DATA_HOME:-${HOME-}/.local/share}/vulkan")
[[ -z ${VULKAN_SDK-} ]] || manifest_folders+=("$VULKAN_SDK/share/vulkan" "$VULKAN_SDK/etc/vulkan")

# has_manifest PATTERN: whether a manifest of this name is there, such as icd.d/lvp_icd*.json.
has_manifest() {
    local folder
    for folder in "${manifest_folders[@]}"; do
        ! compgen -G "$folder/$1" > /dev/null || return 0
    done
    return 1
}

# A driver is what the user names for the loader, the one of a GPU in this machine, or a lavapipe that is new enough.
check_driver() {
    local manifests=${VK_DRIVER_FILES-${VK_ICD_FILENAMES-}} gpus
    if [[ -n $manifests && -e ${manifests%%:*} ]]; then return; fi

    gpus=" $(kernel_drivers) "
    case $gpus in *' amdgpu '*) ! has_manifest 'icd.d/radeon_icd*.json' && ! has_manifest 'icd.d/amd_icd*.json' || return 0 ;; esac
    case $gpus in *' i915 '* | *' xe '*) ! has_manifest 'icd.d/intel*_icd*.json' || return 0 ;; esac
    case $gpus in *' nvidia '*)
        ! has_manifest 'icd.d/nvidia_icd*.json' || return 0
        note="This machine has an NVIDIA GPU without a Vulkan driver; install NVIDIA's driver to compute on it."
    esac

    local version='' why='no GPU with a Vulkan driver was found'
    if has_manifest 'icd.d/lvp_icd*.json'; then
        version=$(dpkg-query -W -f '${Version}' mesa-vulkan-drivers 2> /dev/null) || return 0
        ! at_least "$version" "$oldest_mesa" || return 0
        why="the installed $version is too old"
    fi
    case $gpus in
        *' amdgpu '* | *' i915 '* | *' xe '*) need mesa-vulkan-drivers 'the Vulkan driver of this GPU' ;;
        *) need mesa-vulkan-drivers "a Vulkan driver that computes on the processor; $why" ;;
    esac
}

# The names of the kernel drivers of the GPUs that programs may compute on.
kernel_drivers() {
    local driver
    for driver in /sys/class/drm/renderD*/device/driver; do
        [[ ! -e $driver ]] || basename "$(readlink -f "$driver")"
    done | tr '\n' ' '
    [[ ! -e /dev/nvidia0 ]] || printf 'nvidia '
}

# at_least VERSION MINIMUM: compares major and minor numbers.
at_least() {
    local major minor least_major least_minor
    IFS='.-~+' read -r major minor _ <<< "${1#*:}"
    IFS=. read -r least_major least_minor <<< "$2"
    ((major > least_major || (major == least_major && minor >= least_minor)))
}

# ---- Installing ----

announce() {
    local i
    say "$1"
    for i in "${!packages[@]}"; do printf '  %-26s %s\n' "${packages[i]}" "${reasons[i]}" >&2; done
    [[ -z $note ]] || say "$note"
}

# The build cannot do without glslc; without a driver the program still computes on the processor.
name_for_other_systems() {
    local name command
    case "$system $system_like" in
        *fedora* | *rhel*) command='dnf install' ;;
        *arch*) command='pacman -S' ;;
        macos*) command='brew install' ;;
        *) command='install the packages' ;;
    esac
    for name in "${packages[@]}"; do command+=" $(name_elsewhere "$name")"; done
    announce "UNet.Vulkan lacks on ${system_name:-this system}:"
    say "Install what is missing: $command"
    [[ " ${packages[*]} " != *' glslc '* ]] || exit 2
}

name_elsewhere() {
    case "$system $system_like / $1" in
        *fedora*'/ libvulkan1' | *rhel*'/ libvulkan1') printf vulkan-loader ;;
        *fedora*'/ vulkan-validationlayers' | *rhel*'/ vulkan-validationlayers') printf vulkan-validation-layers ;;
        *arch*'/ glslc' | macos*'/ glslc') printf shaderc ;;
        *arch*'/ libvulkan1') printf vulkan-icd-loader ;;
        *arch*'/ mesa-vulkan-drivers') printf vulkan-swrast ;;
        *arch*'/ vulkan-validationlayers' | macos*'/ vulkan-validationlayers') printf vulkan-validation-layers ;;
        *) printf '%s' "$1" ;;
    esac
}

install_with_apt() {
    local backports='' wanted=() as_root=() option='' name still
    for name in "${packages[@]}"; do
        # Debian 12's own Mesa is too old, its backports have a newer one.
        if [[ $name == mesa-vulkan-drivers && $codename == bookworm ]]; then
            backports=bookworm-backports
            wanted+=("$name/$backports")
        else
            wanted+=("$name")
        fi
    done

    announce 'UNet.Vulkan needs these packages:'
    [[ -z $backports ]] || say "mesa-vulkan-drivers comes from $backports (Debian 12's own is too old), which is added to apt's sources if it is not there."
    if [[ $EUID -ne 0 ]]; then
        [[ $for_tests == no ]] || option=' --test'
        if ! command -v sudo > /dev/null || ! sudo -n true 2> /dev/null; then
            say "They are installed by the system's administrator: run 'sudo ./setup.sh$option' once, or"
            say "  apt-get install --no-install-recommends ${wanted[*]}"
            exit 2
        fi
        as_root=(sudo)
    fi

    log=$(mktemp)
    trap 'rm -f "$log"' EXIT
    say 'Installing them with apt ...'
    apt_get update || say "setup: apt-get update reported errors; going on with what it fetched."
    if [[ -n $backports ]]; then add_suite "$codename" "$backports"; fi
    apt_get install --no-install-recommends "${wanted[@]}" || { tail -n 15 "$log" >&2; fail 1 "apt-get could not install the packages (above: the end of its output)."; }

    list_missing
    still="${packages[*]-}"
    [[ -z $still ]] || fail 1 "after the installation these are still missing or too old: $still. apt knows no newer ones for ${system_name:-this system}; Debian 12 and Ubuntu 24.04 with their updates, or newer, are known to do."
    say 'Done.'
}

apt_get() {
    ${as_root[@]+"${as_root[@]}"} env DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300 "$@" < /dev/null >> "$log" 2>&1
}

# add_suite CODENAME SUITE: makes apt know SUITE, from the mirror and with the key that the machine already has for CODENAME.
add_suite() {
    local file=/etc/apt/sources.list.d/$2.sources source
    source=$(suite_source "$1" "$2") || fail 1 "apt has no source of Debian's $1, so that $2 cannot be added: add it to apt's sources and start again."
    [[ -n $source ]] || return 0
    say "Adding $file ..."
    printf '%s\n' "$source" | ${as_root[@]+"${as_root[@]}"} tee "$file" > /dev/null
    apt_get update || { ${as_root[@]+"${as_root[@]}"} rm -f "$file"; tail -n 5 "$log" >&2; fail 1 "apt could not read $2 from the machine's mirror (above); the file was taken away again."; }
}

# suite_source CODENAME SUITE: the text of the .sources file that makes apt know SUITE; nothing if apt knows it already;
# an error if apt has no source of CODENAME. apt itself reads its sources, in either form.
suite_source() {
    local known origin name uri entry key
    # shellcheck disable=SC2016 # apt's own variables
    known=$(apt-get indextargets --format '$(ORIGIN)|$(CODENAME)|$(REPO_URI)|$(SOURCESENTRY)' 'Created-By: Packages')
    while IFS='|' read -r origin name _; do
        if [[ $origin == Debian* && $name == "$2" ]]; then return 0; fi
    done <<< "$known"
    while IFS='|' read -r origin name uri entry; do
        if [[ $origin == Debian && $name == "$1" ]]; then
            key=$(signed_by "${entry%:*}" "${uri%/}")
            printf 'Types: deb\nURIs: %s\nSuites: %s\nComponents: main\n%s' "$uri" "$2" "${key:+$key$'\n'}"
            return 0
        fi
    done <<< "$known"
    return 1
}

# signed_by FILE URI: the Signed-By field, if there is one, of the entry for URI in a .sources or .list file of apt.
signed_by() {
    case $1 in
        *.sources)
            awk -v uri="$2" 'BEGIN { RS = ""; FS = "\n" }
                index($0, uri) {
                    for (i = 1; i <= NF; i++) {
                        if ($i !~ /^[ \t#]/) inside = tolower($i) ~ /^signed-by:/
                        if (inside && $i !~ /^#/) print $i
                    }
                    exit
                }' "$1" ;;
        *)
            awk -v uri="$2" '/^[ \t]*deb[ \t]/ && index($0, uri) {
                    if (match($0, /signed-by=[^] \t]+/)) print "Signed-By: " substr($0, RSTART + 10, RLENGTH - 10)
                    exit
                }' "$1" ;;
    esac
}

# Sourced by its test, the script only defines its functions.
if [[ ${BASH_SOURCE[0]} == "$0" ]]; then main "$@"; fi
