# Sets the text FIT as label FIT_TAG (and FIT_TAG + 50), whole: on one line in the first size of FIT_ONE
# in which it is no wider than FIT_WIDE pixels; else on two, in the first such size of FIT_TWO, broken
# where a clause ends if both halves have room. FIT_LEFT and FIT_TOP: pixels from the left and the top to
# the line's middle; of two lines it lies between them. FIT_BOLD: bold and dark, clauses end with a
# semicolon or colon; else plain and grey, and they end with a semicolon or stand apart by blanks.
# Loaded after style.gp with `tall` set.

fit_length = strlen(FIT)
array FIT_UPTO[fit_length + 1] # the width of what stands before each character, in em
FIT_UPTO[1] = 0.0
do for [fit_i = 1:fit_length] { FIT_UPTO[fit_i + 1] = FIT_UPTO[fit_i] + em(FIT[fit_i:fit_i]) }
fit_size = 0; fit_break = 0; fit_two = 0
do for [fit_word in FIT_ONE." two ".FIT_TWO] {
    if (fit_word eq "two") { fit_two = 1 } else { if (fit_size == 0) {
        fit_room = FIT_WIDE / ((fit_word + 0) * PIXEL * (FIT_BOLD ? 1 : PLAIN_EM))
        fit_clause = 0
        do for [fit_i = 2:(fit_two ? fit_length - 1 : 0)] {
            if (FIT[fit_i:fit_i] eq " " && FIT_UPTO[fit_i] <= fit_room && FIT_UPTO[fit_length + 1] - FIT_UPTO[fit_i + 1] <= fit_room) {
                fit_break = fit_i
                if (strstrt(FIT_BOLD ? ";:" : " ;", FIT[fit_i - 1:fit_i - 1]) > 0) { fit_clause = fit_i }
            }
        }
        fit_break = fit_clause > 0 ? fit_clause : fit_break
        if (fit_break > 0 || FIT_UPTO[fit_length + 1] <= fit_room) { fit_size = fit_word + 0 }
        fit_last = fit_word + 0
    } }
}
# What fits in no size is cut, and that can be seen.
if (fit_size == 0) { fit_size = fit_last; FIT = cut(FIT, int(fit_length * fit_room / FIT_UPTO[fit_length + 1])) }
fit_font = FIT_BOLD ? bold(fit_size) : plain(fit_size)
fit_half = fit_break > 0 ? 0.65 * fit_size * PIXEL : 0.0
fit_first = fit_break > 0 ? FIT[1:fit_break - 1] : FIT
fit_second = fit_break > 0 ? FIT[fit_break + 1:fit_length] : ""
do for [fit_i = 0:(fit_break > 0)] {
    fit_text = fit_i == 0 ? fit_first : fit_second
    set label FIT_TAG + 50 * fit_i fit_text at screen real(FIT_LEFT) / WIDE, \
        1 - (FIT_TOP + (2.0 * fit_i - 1) * fit_half) / tall left font fit_font textcolor rgb (FIT_BOLD ? INK : GREY)
}
