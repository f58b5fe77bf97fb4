# The marks of an axis as TIC[1..tics], so that each script can name them: gnuplot's own are 1e+06
# where a reader wants "1 ms". Loaded by charts of lines after style.gp wherever an axis is set up,
# with `from` and `to` (its ends), `room` (its pixels), `apart` (the fewest between two marks),
# `scale` (10 or 2: a log axis in powers of these; 0: a linear one) and `whole` (1: of things that
# are counted) set.

count_text(n) = n < 1e6 ? sprintf("%g", n) : sprintf("%gM", n / 1e6)
percent_text(share) = sprintf("%g%%%%", 100 * share) # a mark's text is a format, too
size_unit(bytes) = bytes < 1024 ? 1.0 : bytes < 1048576 ? 1024.0 : bytes < 1073741824 ? 1048576.0 : 1073741824.0

TICS = 64 # at the most
array TIC[TICS]
tics = 0
put(value) = (value >= from && value <= to && tics < TICS ? (tics = tics + 1, TIC[tics] = value, 0) : 0)

if (scale == 10 && to > from) {
    # 1, 2 and 5 of each decade, 1 and 3, or the 1 of every few.
    tic_decade = room / log10(to / from)
    tic_marks = tic_decade * log10(2) >= apart ? "1 2 5" : tic_decade * log10(3) >= apart ? "1 3" : "1"
    tic_every = ceil(apart / tic_decade)
    do for [d = 0:int(ceil(log10(to / from))) + 1:tic_every] {
        do for [m in tic_marks] { tic_dummy = put(power(from) * 10.0**d * m) }
    }
}
if (scale == 2 && to > from) {
    tic_octave = room / (log(to / from) / log(2))
    tic_every = 1
    while (tic_every * tic_octave < apart) { tic_every = 2 * tic_every }
    tic_first = int(floor(log(from) / log(2) / tic_every)) * tic_every
    do for [p = tic_first:tic_first + int(ceil(log(to / from) / log(2))) + tic_every:tic_every] { tic_dummy = put(2.0**p) }
}
# So near to one another that hardly a power lies between them: equal steps, of sizes in their unit.
# These need more digits.
if (scale == 0 || tics < 2) {
    tics = 0
    tic_room = room / apart / (scale == 0 ? 1 : 1.4)
    tic_unit = scale == 2 ? size_unit(to) : 1.0
    tic_each = to > from ? step((to - from) / tic_unit, tic_room > 1 ? tic_room : 1) * tic_unit : 1.0
    if (whole) { tic_each = ceil(tic_each) }
    do for [i = 0:TICS] { tic_dummy = put((ceil(from / tic_each - 1e-9) + i) * tic_each) }
}
