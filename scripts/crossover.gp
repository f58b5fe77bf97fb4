# The winner by share of waiting and number of workers, from the derived file crossover.csv.
# By hand: gnuplot -c scripts/crossover.gp charts/crossover.csv crossover.svg      (or .png, .pdf)
# Columns: kind,row,column,name,note,role,share,workers,ratio,line

if (ARGC < 2 || ARGC > 3) { print "usage: gnuplot -c crossover.gp crossover.csv PICTURE.svg|.png|.pdf [light|dark]"; exit status 2 }
data = ARG1; out = ARG2; theme = ARGC > 2 ? ARG3 : "light"; here = ""
do for [i = 1:strlen(ARG0)] { if (ARG0[i:i] eq "/") { here = ARG0[1:i] } }
load here."style.gp"

# Pixels.
HEAD = 130; FOOT = 56; KEY_ROW = 36; AXIS = 120; RIGHT = 24; BELOW = 90

kind(k) = strcol(1) eq k
title = ""; origin = ""; work = ""; legends = 0; names = 8; rows = 0; columns = 0
stats data skip 1 using (kind("figure") ? (title = strcol(4), origin = strcol(5), 0) : 0) nooutput
stats data skip 1 using (kind("group") ? (work = strcol(5), 0) : 0) nooutput
if (work ne "") { HEAD = HEAD + 28 } # a line for what was run
stats data skip 1 using (kind("line") ? (legends = int(column(2)), \
    names = strlen(strcol(4)) > names ? strlen(strcol(4)) : names, 0) : 0) nooutput
stats data skip 1 using (kind("field") ? (rows = column(2) > rows ? int(column(2)) : rows, \
    columns = column(3) > columns ? int(column(3)) : columns, 0) : 0) nooutput
array NAME[legends]
do for [k = 1:legends] {
    name = ""
    stats data skip 1 using (kind("line") && column(2) == k ? (name = strcol(4), 0) : 0) nooutput
    NAME[k] = name
}
array SHARE[rows]; array WORKERS[columns]
stats data skip 1 using (kind("field") ? (SHARE[int(column(2))] = column(7), \
    WORKERS[int(column(3))] = column(8), 0) : 0) nooutput

panels = 1; hidden = 0
ROW = rows < 4 ? 96 : 64
wide = (WIDE - 2.0 * EDGE - AXIS - RIGHT) / columns
# Where there is no room for names, the letters of the text form stand for them.
NARROW = 130
mode(unused) = valid(10) ? int(column(10)) : 0 # 0: one that has no letter
letter(k) = k > 0 ? "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[k:k] : "?"
key_text(k) = wide < NARROW ? letter(k)."  ".NAME[k] : NAME[k]
names = names < 34 ? names : 34
KEY_NAME = names * 12.2 + 110
key_across = int((WIDE - 2.0 * EDGE) / KEY_NAME)
key_rows = (legends + key_across - 1) / key_across
tall = HEAD + key_rows * KEY_ROW + rows * ROW + BELOW + FOOT

legend = "colour: the fastest mode".(wide < NARROW ? "" : "    x: how much longer the next one takes") \
    ."    hatched: it is not seen to be faster than every other"
load here."paper.gp"
if (work ne "") {
    FIT = work; FIT_TAG = 106; FIT_TOP = HEAD - 36; FIT_BOLD = 0; FIT_ONE = "17 15 14 13 12 11 10"; FIT_TWO = ""
    load here."fit.gp"
}

# Black is read on all of them, on either paper; of more modes the ninth takes the first again.
array COLOUR[8] = [SKY, ORANGE, GREEN, PURPLE, VERMILLION, "#F0E442", "#A0A0A0", "#8FA8FF"]
LETTER = "#010101" # on a colour that is bright in any theme: no colour of the sheet, which would turn
OTHER = "#E2E2E2" # of so many modes that there is no letter left
shade(k) = number(k > 0 ? COLOUR[(k - 1) % 8 + 1] : OTHER)
do for [k = 1:legends] {
    x = EDGE + ((k - 1) % key_across) * KEY_NAME
    y = 1 - (HEAD - 4.0 + ((k - 1) / key_across) * KEY_ROW) / tall
    set object 200 + k rectangle center screen (x + 18) / WIDE, screen y size screen 32.0 / WIDE, screen 20.0 / tall \
        fillcolor rgb COLOUR[(k - 1) % 8 + 1] fillstyle solid noborder
    set label 200 + k cut(key_text(k), names + 3) at screen (x + 44) / WIDE, y left font plain(17) textcolor rgb INK
}

set lmargin at screen real(EDGE + AXIS) / WIDE
set rmargin at screen 1 - real(EDGE + RIGHT) / WIDE
set tmargin at screen 1 - (HEAD + key_rows * KEY_ROW - 10.0) / tall
set bmargin at screen (FOOT + BELOW) * 1.0 / tall
set xrange [0.5:columns + 0.5]
set yrange [0.5:rows + 0.5]
unset xtics; unset ytics # of which dots are left where they have no length
do for [c = 1:columns] {
    set label 300 + c sprintf("%d", WORKERS[c]) at first c, screen (FOOT + BELOW - 24.0) / tall center \
        font plain(15) textcolor rgb INK
}
do for [r = 1:rows] {
    set label 400 + r sprintf("%.3g%%", SHARE[r]) at screen (EDGE + AXIS - 14.0) / WIDE, first r right \
        font plain(15) textcolor rgb INK
}
set label 104 "share of waiting" at screen (EDGE + 10.0) / WIDE, screen 1 - (HEAD + key_rows * KEY_ROW - 10 + (tall - HEAD - key_rows * KEY_ROW - FOOT - BELOW) / 2.0) / tall \
    center rotate by 90 font plain(17) textcolor rgb INK
set label 105 "workers" at screen (EDGE + AXIS + columns * wide / 2) / WIDE, screen (FOOT + BELOW - 60.0) / tall \
    center font plain(17) textcolor rgb INK
unset border
field(open) = kind("field") && (!open || strcol(6) eq "open")
fits = int(wide / 13)
with_ratio(name, ratio) = sprintf("%s %s", name, times_text(ratio))
text_of(k, name, ratio) = wide < NARROW ? letter(k) \
    : cut(strlen(with_ratio(name, ratio)) > fits ? name : with_ratio(name, ratio), fits)
# No hatching behind the letters.
behind(unused) = (7.0 * strlen(text_of(mode(0), strcol(4), column(9))) + 8) / wide
behind_tall = 16.0 / ROW
set style fill solid
plot data skip 1 using (field(0) ? column(3) : NaN):2:(column(3) - 0.48):(column(3) + 0.48):(column(2) - 0.46):(column(2) + 0.46):(field(0) ? shade(mode(0)) : 0) \
        with boxxyerror fillcolor rgb variable fillstyle solid noborder, \
    data skip 1 using (field(1) ? column(3) : -9):2:(field(1) ? column(3) - 0.48 : -9):(field(1) ? column(3) + 0.48 : -8):(column(2) - 0.46):(column(2) + 0.46) \
        with boxxyerror fillcolor rgb PAPER fillstyle transparent pattern 4 noborder, \
    data skip 1 using (field(1) ? column(3) : -9):2:(field(1) ? column(3) - behind(0) : -9):(field(1) ? column(3) + behind(0) : -8): \
        (column(2) - behind_tall):(column(2) + behind_tall):(field(1) ? shade(mode(0)) : 0) \
        with boxxyerror fillcolor rgb variable fillstyle solid noborder, \
    data skip 1 using (field(0) ? column(3) : -9):2:(text_of(mode(0), strcol(4), column(9))) \
        with labels center font bold(17) textcolor rgb LETTER
unset multiplot
unset output
