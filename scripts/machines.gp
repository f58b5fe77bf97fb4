# Runs compared with the first one: ratios of wall times with their intervals, and beside them what
# each side gains over its own serial, from the derived file machines.csv.
# By hand: gnuplot -c scripts/machines.gp charts/machines.csv machines.svg      (or .png, .pdf)
# Columns: kind,group,place,name,note,role,ratio,low,high,base_speedup,speedup

if (ARGC < 2 || ARGC > 3) { print "usage: gnuplot -c machines.gp machines.csv PICTURE.svg|.png|.pdf [light|dark]"; exit status 2 }
data = ARG1; out = ARG2; theme = ARGC > 2 ? ARG3 : "light"; here = ""
do for [i = 1:strlen(ARG0)] { if (ARG0[i:i] eq "/") { here = ARG0[1:i] } }
load here."style.gp"

PANELS = 8     # at the most
LOG_RATIO = 20 # from there on, a linear axis would squeeze the small speed-ups into nothing

# Pixels.
ROW = 40; HEAD = 144; FOOT = 80; PANEL_HEAD = 84; PANEL_FOOT = 98; NAMES = 430; GAP = 40; VALUE = 100

kind(k) = strcol(1) eq k
cell(g) = kind("cell") && column(2) == g && column(3) > 0

title = ""; origin = ""; groups = 0
stats data skip 1 using (kind("figure") ? \
    (groups = int(column(2)), title = strcol(4), origin = strcol(5), 0) : 0) nooutput
panels = groups < PANELS ? groups : PANELS
if (panels == 1) { PANEL_HEAD = 36 }
hidden = groups - panels

array HEADING[PANELS]; array NOTE[PANELS]; array ROWS[PANELS]; array TOP[PANELS]
array FAR[PANELS]; array GAIN[PANELS]; array LEAST[PANELS]
tall = HEAD
do for [g = 1:panels] {
    heading = ""; note = ""; rows = 1; far = 1.05; gain = 1.0; least = 1.0
    stats data skip 1 using (kind("group") && column(2) == g ? \
        (heading = strcol(4), note = strcol(5), 0) : 0) nooutput
    stats data skip 1 using (cell(g) ? (rows = int(column(3)), 0) : 0) nooutput
    do for [c = 7:9] {
        stats data skip 1 using (cell(g) && valid(c) && column(c) > 0 ? \
            (away = exp(abs(log(column(c)))), far = away > far ? away : far, 0) : 0) nooutput
    }
    do for [c = 10:11] {
        stats data skip 1 using (cell(g) && valid(c) && column(c) > 0 ? \
            (gain = column(c) > gain ? column(c) : gain, least = column(c) < least ? column(c) : least, 0) : 0) nooutput
    }
    HEADING[g] = heading; NOTE[g] = note; ROWS[g] = rows; FAR[g] = far * 1.05; GAIN[g] = gain; LEAST[g] = least
    TOP[g] = tall
    tall = tall + PANEL_HEAD + ROW * rows + PANEL_FOOT
}
tall = tall + FOOT

legend = "whiskers: 95% interval    green, round: faster    red, square: slower    hollow: no difference shown" \
    ."    grey band: within 2%    blue: the other run, hollow: the base"
load here."paper.gp"

tic_font = plain(15) # tics take no function call here
middle = EDGE + NAMES + (WIDE - EDGE - NAMES) * 0.58
array EDGES[4] = [EDGE + NAMES, middle - VALUE - GAP / 2.0, middle + GAP / 2.0, WIDE - EDGE - 10]
shown(condition) = condition ? -column(3) : 2
do for [g = 1:panels] {
    top = TOP[g]; rows = ROWS[g]
    if (panels > 1) {
        set label 1 cut(HEADING[g], 100) at screen real(EDGE) / WIDE, 1 - (top + 14.0) / tall \
            left font bold(18) textcolor rgb INK
    }
    set label 2 cut(NOTE[g], 140) at screen real(EDGE) / WIDE, 1 - (top + PANEL_HEAD - 36.0) / tall \
        left font plain(15) textcolor rgb GREY
    set tmargin at screen 1 - (top + PANEL_HEAD - 10.0) / tall
    set bmargin at screen 1 - (top + PANEL_HEAD - 10.0 + rows * ROW) / tall
    set yrange [-rows - 0.5:-0.5]
    unset ytics
    set border 1 linecolor rgb GREY
    set grid xtics linetype 1 linecolor rgb PALE linewidth 1

    # The ratios.
    set lmargin at screen real(EDGES[1]) / WIDE
    set rmargin at screen real(EDGES[2]) / WIDE
    from = 1 / FAR[g]; to = FAR[g]
    set logscale x
    set xrange [from:to]
    unset xtics
    set xtics nomirror scale 0.5 font tic_font textcolor rgb INK
    set xtics ("1x" 1)
    steps = FAR[g] > 30 ? "10 100 1000" : FAR[g] > 6 ? "2 5 10 20" : FAR[g] > 2.5 ? "1.5 2 3 4 5" \
        : FAR[g] > 1.5 ? "1.2 1.5 2" : FAR[g] > 1.2 ? "1.1 1.2 1.3 1.4" : "1.02 1.05 1.1 1.15"
    # None so near to the one before that their words would touch.
    last = 1.0; apart = 56.0 / (EDGES[2] - EDGES[1])
    do for [s in steps] {
        if (s + 0 < FAR[g] && log(s / last) / log(to / from) > apart) {
            set xtics add (s."x" s + 0); set xtics add (sprintf("%.2gx", 1.0 / s) 1.0 / s); last = s + 0.0
        }
    }
    set xlabel "wall time over the base's, log scale" font plain(15) textcolor rgb INK
    set object 1 rectangle from 1 / 1.02, -rows - 0.5 to 1.02, -0.5 fillcolor rgb PALE fillstyle solid noborder behind
    set arrow 1 from 1, -rows - 0.5 to 1, -0.5 nohead linecolor rgb GREY linewidth 2
    differs(name) = cell(g) && strcol(6) eq name && valid(7)
    plot data skip 1 using (valid(7) ? column(7) : 1):(shown(cell(g) && valid(8))):8:9 \
            with xerrorbars pointtype -1 linewidth 2.5 linecolor rgb INK, \
        data skip 1 using (valid(7) ? column(7) : 1):(shown(differs("equivalent") || differs("inconclusive"))) \
            with points pointtype 7 pointsize 2.2 * POINT linecolor rgb PAPER, \
        data skip 1 using (valid(7) ? column(7) : 1):(shown(differs("equivalent") || differs("inconclusive"))) \
            with points pointtype 6 pointsize 2.0 * POINT linewidth 2.5 linecolor rgb INK, \
        data skip 1 using (valid(7) ? column(7) : 1):(shown(differs("faster"))) \
            with points pointtype 7 pointsize 2.2 * POINT linecolor rgb GREEN, \
        data skip 1 using (valid(7) ? column(7) : 1):(shown(differs("slower"))) \
            with points pointtype 5 pointsize 2.0 * POINT linecolor rgb VERMILLION, \
        data skip 1 using (from):(shown(cell(g))):(cut(strcol(4), 34)) \
            with labels right offset screen -12.0 / WIDE, 0 font plain(16) textcolor rgb INK, \
        data skip 1 using (to):(shown(cell(g) && valid(7))):(sprintf("%.3fx", column(7))) \
            with labels right offset screen real(VALUE) / WIDE, 0 font plain(16) textcolor rgb INK
    unset label
    unset object
    unset arrow
    unset logscale

    # What each side gains over its own serial.
    set lmargin at screen real(EDGES[3]) / WIDE
    set rmargin at screen real(EDGES[4]) / WIDE
    log_gain = GAIN[g] / LEAST[g] > LOG_RATIO
    unset xtics
    if (log_gain) {
        set logscale x
        set xrange [LEAST[g] / 1.2:GAIN[g] * 1.2]
        set xtics nomirror scale 0.5 font tic_font textcolor rgb INK
        set xtics ("1x" 1)
        do for [s in GAIN[g] / LEAST[g] > 1000 ? "0.001 0.01 0.1 10 100 1000 10000 100000" : "0.1 0.2 0.5 2 5 10 20 50 100 200 500 1000"] {
            if (s + 0 > LEAST[g] / 1.2 && s + 0 < GAIN[g] * 1.2) { set xtics add (s."x" s + 0) }
        }
    } else {
        set xrange [0:GAIN[g] * 1.08]
        set xtics 0, step(GAIN[g], 6) nomirror scale 0.5 font tic_font textcolor rgb INK
        set format x "%gx"
    }
    set xlabel log_gain ? "speed-up over own serial, log scale" : "speed-up over own serial" font plain(15) textcolor rgb INK
    set arrow 1 from 1, -rows - 0.5 to 1, -0.5 nohead linecolor rgb GREY linewidth 2
    both(side) = cell(g) && valid(side)
    plot data skip 1 using (both(10) && both(11) ? column(10) : 1):(shown(both(10) && both(11))): \
            (both(10) && both(11) ? column(11) - column(10) : 0):(0) \
            with vectors nohead linewidth 2 linecolor rgb GREY, \
        data skip 1 using (both(10) ? column(10) : 1):(shown(both(10))) \
            with points pointtype 7 pointsize 1.9 * POINT linecolor rgb PAPER, \
        data skip 1 using (both(10) ? column(10) : 1):(shown(both(10))) \
            with points pointtype 6 pointsize 1.8 * POINT linewidth 2.5 linecolor rgb BLUE, \
        data skip 1 using (both(11) ? column(11) : 1):(shown(both(11))) \
            with points pointtype 7 pointsize 1.8 * POINT linecolor rgb BLUE
    set format x "% h"
    unset arrow
    unset logscale
}
unset multiplot
unset output
