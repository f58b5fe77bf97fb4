# The winner by share of waiting and number of workers, from the derived file crossover.csv.
# By hand: gnuplot -c scripts/crossover.gp charts/crossover.csv crossover.svg      (or .png, .pdf)
# Columns: kind,row,column,name,note,role,share,workers,ratio,line

if (ARGC < 2 || ARGC > 3) { print "usage: gnuplot -c crossover.gp crossover.csv PICTURE.svg|.png|.pdf [light|dark]"; exit status 2 }
data = ARG1; out = ARG2; theme = ARGC > 2 ? ARG3 : "light"; here = ""
do for [i = 1:strlen(ARG0)] { if (ARG0[i:i] eq "/") { here = ARG0[1:i] } }
load here."style.gp"

# Pixels.
HEAD = 130; FOOT = 56; ROW = 64; KEY_ROW = 36; AXIS = 120; RIGHT = 24; BELOW = 90

kind(k) = strcol(1) eq k
title = ""; origin = ""; legends = 0; names = 8; rows = 0; columns = 0
stats data skip 1 using (kind("figure") ? (title = strcol(4), origin = strcol(5), 0) : 0) nooutput
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
names = names < 34 ? names : 34
KEY_NAME = names * 11.4 + 80
key_across = int((WIDE - 2.0 * EDGE) / KEY_NAME)
key_rows = (legends + key_across - 1) / key_across
tall = HEAD + key_rows * KEY_ROW + rows * ROW + BELOW + FOOT

legend = "colour: the fastest mode    x: how much longer the next one takes    hatched: no difference between the two is seen"
load here."paper.gp"

array COLOUR[8] = [SKY, ORANGE, GREEN, PURPLE, VERMILLION, BLUE, GREY, PALE]
shade(k) = number(COLOUR[(int(k) - 1) % 8 + 1])
do for [k = 1:legends] {
    x = EDGE + ((k - 1) % key_across) * KEY_NAME
    y = 1 - (HEAD - 4.0 + ((k - 1) / key_across) * KEY_ROW) / tall
    set object 200 + k rectangle center screen (x + 18) / WIDE, screen y size screen 32.0 / WIDE, screen 20.0 / tall \
        fillcolor rgb COLOUR[(k - 1) % 8 + 1] fillstyle solid noborder
    set label 200 + k cut(NAME[k], names) at screen (x + 44) / WIDE, y left font plain(17) textcolor rgb INK
}

tic_font = plain(15) # tics take no function call here
set lmargin at screen real(EDGE + AXIS) / WIDE
set rmargin at screen 1 - real(EDGE + RIGHT) / WIDE
set tmargin at screen 1 - (HEAD + key_rows * KEY_ROW - 10.0) / tall
set bmargin at screen (FOOT + BELOW) * 1.0 / tall
set xrange [0.5:columns + 0.5]
set yrange [0.5:rows + 0.5]
set xtics scale 0 font tic_font textcolor rgb INK
set ytics scale 0 font tic_font textcolor rgb INK
set xtics (sprintf("%d", WORKERS[1]) 1)
do for [c = 2:columns] { set xtics add (sprintf("%d", WORKERS[c]) c) }
set ytics (sprintf("%g%%%%", SHARE[1]) 1)
do for [r = 2:rows] { set ytics add (sprintf("%g%%%%", SHARE[r]) r) }
set xlabel "workers" font plain(17) textcolor rgb INK
set ylabel "share of waiting" font plain(17) textcolor rgb INK offset -2, 0
unset border
field(open) = kind("field") && valid(10) && (!open || strcol(6) eq "open")
wide = (WIDE - 2.0 * EDGE - AXIS - RIGHT) / columns
fits = int(wide / 10.4)
text_of(name, ratio) = cut(wide > 150 ? sprintf("%s %s", name, times_text(ratio)) : name, fits)
set style fill solid
plot data skip 1 using (field(0) ? column(3) : NaN):2:(column(3) - 0.48):(column(3) + 0.48):(column(2) - 0.46):(column(2) + 0.46):(field(0) ? shade(column(10)) : 0) \
        with boxxyerror fillcolor rgb variable fillstyle solid noborder, \
    data skip 1 using (field(1) ? column(3) : -9):2:(field(1) ? column(3) - 0.48 : -9):(field(1) ? column(3) + 0.48 : -8):(column(2) - 0.46):(column(2) + 0.46) \
        with boxxyerror fillcolor rgb PAPER fillstyle transparent pattern 4 noborder, \
    data skip 1 using (field(0) ? column(3) : -9):2:(text_of(strcol(4), column(9))) \
        with labels center font bold(17) textcolor rgb "#000000"
unset multiplot
unset output
