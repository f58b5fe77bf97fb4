find_program(GIT git)
set(COMMIT unknown)
if(GIT)
  execute_process(COMMAND ${GIT} -C ${SOURCE} describe --always --dirty --abbrev=12
    OUTPUT_VARIABLE found OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE failed ERROR_QUIET)
  if(NOT failed AND found)
    set(COMMIT ${found})
  endif()
endif()
set(TEXT "#ifndef BUILD_INFO_H
#define BUILD_INFO_H
#define BENCH_VERSION        \"${VERSION}\"
#define BENCH_BUILD_COMPILER \"${COMPILER}\"
#define BENCH_BUILD_FLAGS    \"${FLAGS}\"
#define BENCH_BUILD_TYPE     \"${TYPE}\"
#define BENCH_BUILD_COMMIT   \"${COMMIT}\"
#endif
")
set(OLD "")
if(EXISTS ${OUT})
  file(READ ${OUT} OLD)
endif()
if(NOT OLD STREQUAL TEXT) # unchanged: nothing is built again
  file(WRITE ${OUT} "${TEXT}")
endif()
