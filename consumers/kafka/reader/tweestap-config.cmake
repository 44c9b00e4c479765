# find_package(tweestap) gives tweestap::reader.
include(CMakeFindDependencyMacro)
find_dependency(PkgConfig)
find_dependency(CURL 7.85)
pkg_check_modules(rdkafka REQUIRED IMPORTED_TARGET rdkafka>=2.0.2)
include(${CMAKE_CURRENT_LIST_DIR}/tweestap-reader.cmake)
