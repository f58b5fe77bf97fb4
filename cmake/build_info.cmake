# build_info.h: the facts about the build that machine.json records. Made anew
# at every build, so that the commit is the one that was built.
string(TOUPPER "${CMAKE_BUILD_TYPE}" BENCH_TYPE_UPPER)
string(STRIP "${CMAKE_C_FLAGS} ${CMAKE_C_FLAGS_${BENCH_TYPE_UPPER}}" BENCH_FLAGS)
if(BENCH_SANITIZE)
  string(APPEND BENCH_FLAGS " -fsanitize=${BENCH_SANITIZE}")
endif()
add_custom_target(build_info
  BYPRODUCTS ${CMAKE_BINARY_DIR}/build_info.h
  COMMAND ${CMAKE_COMMAND} -DSOURCE=${CMAKE_SOURCE_DIR} -DOUT=${CMAKE_BINARY_DIR}/build_info.h
    "-DCOMPILER=${CMAKE_C_COMPILER_ID} ${CMAKE_C_COMPILER_VERSION}" "-DFLAGS=${BENCH_FLAGS}"
    "-DTYPE=${CMAKE_BUILD_TYPE}" "-DVERSION=${PROJECT_VERSION}"
    -P ${CMAKE_SOURCE_DIR}/cmake/write_build_info.cmake
  VERBATIM)
