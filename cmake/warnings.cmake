# Warnings are errors, with gcc and with clang.
add_compile_options(-Wall -Wextra -Wshadow -Wconversion -Wsign-conversion -Wstrict-prototypes
  -Wmissing-prototypes -Wpointer-arith -Wcast-qual -Wformat=2 -Wundef -Wvla -Wwrite-strings -Werror)
add_compile_definitions(_GNU_SOURCE)
include_directories(${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR})

if(BENCH_SANITIZE STREQUAL "thread" AND CMAKE_C_COMPILER_ID STREQUAL "GNU")
  # The sanitizer does not model fences. Here they only order the check for
  # sleepers; data is handed over by acquire and release, which it does model.
  add_compile_options(-Wno-tsan)
endif()

if(BENCH_SANITIZE)
  add_compile_options(-fsanitize=${BENCH_SANITIZE} -fno-sanitize-recover=all
    -fno-omit-frame-pointer -O1 -g)
  add_link_options(-fsanitize=${BENCH_SANITIZE})
endif()
