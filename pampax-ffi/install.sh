#!/usr/bin/env bash
# Builds the C libraries and installs them with the header, a pkg-config file and a CMake package, for Linux and macOS.
#
#   pampax-ffi/install.sh --prefix DIR [--profile NAME] [--features LIST] [--built DIR]
#
#   --prefix DIR     where include/ and lib/ are made
#   --profile NAME   the profile of cargo to build with; default: release
#   --features LIST  only these features, such as lang-rust,lang-python,lang-go; default: all of them
#   --built DIR      take the libraries from this folder instead of building them
set -euo pipefail
crate="$(cd "$(dirname "$0")" && pwd)"
workspace="$(dirname "$crate")"

prefix="" profile="release" features="" built=""
while [ $# -gt 0 ]; do
  case "$1" in
    --prefix | --profile | --features | --built)
      [ $# -ge 2 ] || { echo "install.sh: $1 needs a value" >&2; exit 2; }
      declare "${1#--}=$2"
      shift 2
      ;;
    *) echo "install.sh: unknown argument $1" >&2; exit 2 ;;
  esac
done
[ -n "$prefix" ] || { echo "install.sh: --prefix is missing" >&2; exit 2; }

if [ -z "$built" ]; then
  chosen=()
  [ -z "$features" ] || chosen=(--no-default-features --features "$features")
  cargo build --locked --manifest-path "$crate/Cargo.toml" --package pampax-ffi --profile "$profile" "${chosen[@]}"
  folder="$profile"
  [ "$profile" != dev ] || folder="debug"
  built="${CARGO_TARGET_DIR:-$workspace/target}/$folder"
fi

version="$(sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"/\1/p' "$workspace/Cargo.toml")"
abi="$(sed -n 's/^#define PAMPAX_ABI_VERSION //p' "$workspace/include/pampax.h")"
case "$(uname -s)" in
  Darwin)
    shared="libpampax.$abi.dylib" link="libpampax.dylib"
    native="-framework CoreServices -framework CoreFoundation -framework Security -liconv -lSystem -lc -lm"
    ;;
  *)
    shared="libpampax.so.$abi" link="libpampax.so"
    native="-lgcc_s -lutil -lrt -lpthread -lm -ldl -lc"
    ;;
esac

mkdir -p "$prefix/include" "$prefix/lib/pkgconfig" "$prefix/lib/cmake/pampax"
install -m 644 "$workspace/include/pampax.h" "$prefix/include/pampax.h"
install -m 755 "$built/$link" "$prefix/lib/$shared"
ln -sf "$shared" "$prefix/lib/$link"

# A static library shows every symbol of everything in it, such as SQLite's, which the program may have too. Where the tools
# of GNU are there, it becomes one object that shows the functions of the header and nothing else.
static="$prefix/lib/libpampax.a"
if ld --version 2>/dev/null | grep -q GNU && objcopy --version >/dev/null 2>&1; then
  scratch="$(mktemp -d)"
  trap 'rm -rf "$scratch"' EXIT
  grep -o '\bpampax_[a-z_]*(' "$workspace/include/pampax.h" | tr -d '(' | sort -u >"$scratch/functions"
  ld -r --whole-archive "$built/libpampax.a" -o "$scratch/whole.o"
  # Rust's own libraries have the code of the compiler beside that of the machine, which does not survive being joined.
  objcopy --remove-section=.llvmbc --remove-section=.llvmcmd --keep-global-symbols="$scratch/functions" \
    "$scratch/whole.o" "$scratch/pampax.o"
  rm -f "$static"
  ar rcs "$static" "$scratch/pampax.o"
else
  install -m 644 "$built/libpampax.a" "$static"
fi

cat >"$prefix/lib/pkgconfig/pampax.pc" <<EOF
prefix=\${pcfiledir}/../..
includedir=\${prefix}/include
libdir=\${prefix}/lib

Name: pampax
Description: In-process code-context engine
Version: $version
Cflags: -I\${includedir}
Libs: -L\${libdir} -lpampax
Libs.private: $native
EOF

cat >"$prefix/lib/cmake/pampax/pampax-config.cmake" <<EOF
# Targets: pampax::pampax, the shared library, and pampax::pampax-static.
get_filename_component(_pampax_prefix "\${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)
if(NOT TARGET pampax::pampax)
  add_library(pampax::pampax SHARED IMPORTED)
  set_target_properties(pampax::pampax PROPERTIES
    IMPORTED_LOCATION "\${_pampax_prefix}/lib/$shared"
    IMPORTED_SONAME "$([ "$link" = libpampax.so ] || echo @rpath/)$shared"
    INTERFACE_INCLUDE_DIRECTORIES "\${_pampax_prefix}/include")
  add_library(pampax::pampax-static STATIC IMPORTED)
  set_target_properties(pampax::pampax-static PROPERTIES
    IMPORTED_LOCATION "\${_pampax_prefix}/lib/libpampax.a"
    INTERFACE_INCLUDE_DIRECTORIES "\${_pampax_prefix}/include"
    INTERFACE_LINK_LIBRARIES "$native")
endif()
unset(_pampax_prefix)
EOF

# Before 1.0 a new minor version may break what was.
cat >"$prefix/lib/cmake/pampax/pampax-config-version.cmake" <<EOF
set(PACKAGE_VERSION "$version")
if(PACKAGE_FIND_VERSION VERSION_GREATER PACKAGE_VERSION OR
   NOT "\${PACKAGE_FIND_VERSION_MAJOR}.\${PACKAGE_FIND_VERSION_MINOR}" STREQUAL "${version%.*}" AND PACKAGE_FIND_VERSION)
  set(PACKAGE_VERSION_COMPATIBLE FALSE)
else()
  set(PACKAGE_VERSION_COMPATIBLE TRUE)
  if(PACKAGE_FIND_VERSION VERSION_EQUAL PACKAGE_VERSION)
    set(PACKAGE_VERSION_EXACT TRUE)
  endif()
endif()
EOF
