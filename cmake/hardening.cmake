# Compiler and linker hardening for every target; tests/lint reads the finished program and refuses one that lost any of it.
include(CheckPIESupported)
check_pie_supported()  # without this call CMake compiles for PIE but does not link with -pie
add_compile_options(-fstack-protector-strong -fstack-clash-protection)
# A variable that somebody forgot to set is zero, and never what the last user of the stack (a key, a password) left there.
add_compile_options(-ftrivial-auto-var-init=zero)
if(CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
  add_compile_options(-fcf-protection=full)
elseif(CMAKE_SYSTEM_PROCESSOR STREQUAL "aarch64")
  add_compile_options(-mbranch-protection=standard)
endif()
add_link_options(-Wl,-z,relro,-z,now,-z,noexecstack)
# An index outside a vector or an empty optional ends the process instead of reading what lies there.
add_compile_definitions(_GLIBCXX_ASSERTIONS)
if(TWEESTAP_SANITIZE)
  add_compile_options(-fsanitize=${TWEESTAP_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${TWEESTAP_SANITIZE})
else()
  # Not under sanitizers: its wrappers hide reads from them. Not without optimisation: glibc warns that it does nothing there.
  add_compile_options($<$<CONFIG:Release,RelWithDebInfo>:-U_FORTIFY_SOURCE> $<$<CONFIG:Release,RelWithDebInfo>:-D_FORTIFY_SOURCE=3>)
endif()
if(TWEESTAP_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
