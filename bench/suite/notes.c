/* notes.c - the table of the teaching notes' claims, in their order. */
#include "bench/suite/suite.h"

extern const struct claim notes_c1, notes_c2, notes_c3, notes_c4, notes_c5, notes_c6, notes_c7,
    notes_c8, notes_c9, notes_c10, notes_c11, notes_c12, notes_c13, notes_c14, notes_c15, notes_c16,
    notes_c17, notes_c18, notes_c19, notes_c20, notes_c21, notes_c22, notes_c23, notes_c24,
    notes_c25, notes_c26, notes_c27;

const struct claim *const notes_claims[] = {
    &notes_c1,  &notes_c2,  &notes_c3,  &notes_c4,  &notes_c5,  &notes_c6,  &notes_c7,
    &notes_c8,  &notes_c9,  &notes_c10, &notes_c11, &notes_c12, &notes_c13, &notes_c14,
    &notes_c15, &notes_c16, &notes_c17, &notes_c18, &notes_c19, &notes_c20, &notes_c21,
    &notes_c22, &notes_c23, &notes_c24, &notes_c25, &notes_c26, &notes_c27, NULL,
};
