# Speed-up over serial by number of workers, a panel for each workload, from the derived file
# speedup.csv. By hand: gnuplot -c scripts/speedup.gp charts/speedup.csv speedup.svg   (or speedup.png)
# Columns: kind,group,line,name,note,workers,speedup,low,high,cap

if (ARGC < 2 || ARGC > 3) { print "usage: gnuplot -c speedup.gp speedup.csv PICTURE.svg|.png|.pdf [light|dark]"; exit status 2 }
data = ARG1; out = ARG2; theme = ARGC > 2 ? ARG3 : "light"; here = ""
do for [i = 1:strlen(ARG0)] { if (ARG0[i:i] eq "/") { here = ARG0[1:i] } }
load here."style.gp"

PANELS = 8     # at the most
LOG_RATIO = 20 # from there on, a linear axis would squeeze the small speed-ups or counts together

# Pixels.
HEAD = 130; FOOT = 56; PANEL_HEAD = 84; PANEL_FOOT = 98; GAP = 44; AXIS = 84; RIGHT = 24; KEY_ROW = 36

kind(k) = strcol(1) eq k
point(g) = kind("point") && column(2) == g && column(3) > 0

# What there is to draw.
title = ""; origin = ""; groups = 0; legends = 0; names = 8
stats data skip 1 using (kind("figure") ? (title = strcol(4), origin = strcol(5), 0) : 0) nooutput
stats data skip 1 using (kind("group") ? (groups = int(column(2)), 0) : 0) nooutput
stats data skip 1 using (kind("line") ? (legends = int(column(3)), \
    names = strlen(strcol(4)) > names ? strlen(strcol(4)) : names, 0) : 0) nooutput
panels = groups < PANELS ? groups : PANELS
hidden = groups - panels
across = panels > 1 ? 2 : 1
lines = (panels + across - 1) / across
plot_tall = panels > 1 ? 400.0 : 560.0
if (panels == 1) { PANEL_HEAD = 36 }

array HEADING[PANELS]; array NOTE[PANELS]; array CAP[PANELS]; array COUNT[PANELS]
array LEAST[PANELS]; array MOST[PANELS]; array LOW[PANELS]; array HIGH[PANELS]
grow(value) = (low = low <= value ? low : value, high = high >= value ? high : value, 0)
do for [g = 1:panels] {
    heading = ""; note = ""; cap = NaN; low = NaN; high = NaN; least = NaN; most = NaN
    stats data skip 1 using (kind("group") && column(2) == g ? \
        (heading = strcol(4), note = strcol(5), cap = valid(10) ? column(10) : NaN, 0) : 0) nooutput
    stats data skip 1 using (point(g) ? (least = least <= column(6) ? least : column(6), \
        most = most >= column(6) ? most : column(6), 0) : 0) nooutput
    do for [c = 7:9] {
        stats data skip 1 using (point(g) && valid(c) && column(c) > 0 ? grow(column(c)) : 0) nooutput
    }
    HEADING[g] = heading; NOTE[g] = note; CAP[g] = cap
    LEAST[g] = least; MOST[g] = most; LOW[g] = low; HIGH[g] = high
}
array NAME[legends]
do for [k = 1:legends] {
    name = ""
    stats data skip 1 using (kind("line") && column(3) == k ? (name = strcol(4), 0) : 0) nooutput
    NAME[k] = name
}

# The legend is common to all panels: a line in one has the same colour in all.
names = names < 34 ? names : 34
KEY_NAME = names * 11.4 + 104
key_across = int((WIDE - 2.0 * EDGE) / KEY_NAME)
key_first = 0 # the ideal
key_rows = (legends + 1 + key_across - 1) / key_across
tall = HEAD + key_rows * KEY_ROW + lines * (PANEL_HEAD + plot_tall + PANEL_FOOT) + FOOT

legend = "mark: ratio of medians    whiskers: from both 95% intervals (6 runs or more)    " \
    ."ideal: as many times as workers, as far as the cores allow"
load here."paper.gp"

load here."lines.gp"
IDEAL = 90
set style line IDEAL linecolor rgb GREY linewidth 3 dashtype 2

tic_font = plain(15) # tics take no function call here
panel_wide = (WIDE - 2.0 * EDGE - (across - 1) * GAP) / across
panels_top = HEAD + key_rows * KEY_ROW
do for [g = 1:panels] {
    left = EDGE + ((g - 1) % across) * (panel_wide + GAP)
    top = panels_top + ((g - 1) / across) * (PANEL_HEAD + plot_tall + PANEL_FOOT)
    if (g == 1) { load here."key.gp" }
    if (panels > 1) {
        set label 1 cut(HEADING[g], int(panel_wide / 13.6)) at screen left / WIDE, 1 - (top + 14.0) / tall \
            left font bold(18) textcolor rgb INK
    }
    set label 2 cut(NOTE[g], int(panel_wide / 11.5)) \
        at screen left / WIDE, 1 - (top + PANEL_HEAD - 36.0) / tall \
        left font plain(15) textcolor rgb GREY
    set lmargin at screen (left + AXIS) / WIDE
    set rmargin at screen (left + panel_wide - RIGHT) / WIDE
    set tmargin at screen 1 - (top + PANEL_HEAD - 10.0) / tall
    set bmargin at screen 1 - (top + PANEL_HEAD - 10.0 + plot_tall) / tall

    least = LEAST[g]; most = MOST[g]; cap = CAP[g]
    ideal(w) = w < cap ? w : cap
    low = LOW[g] < ideal(least) ? LOW[g] : ideal(least)
    high = HIGH[g] > ideal(most) ? HIGH[g] : ideal(most)
    log_workers = most / least > LOG_RATIO
    log_speedup = high / low > LOG_RATIO
    unset logscale; unset xtics; unset ytics
    set xtics nomirror scale 0.5 font tic_font textcolor rgb INK
    set ytics nomirror scale 0.5 font tic_font textcolor rgb INK
    if (log_workers) {
        set logscale x 2
        set xrange [least / 1.15:most * 1.15]
    } else {
        gap = (most - least) * 0.04
        set xrange [least - gap:most + gap]
        apart = ceil(step(most, across > 1 ? 8 : 16))
        set xtics apart
    }
    if (log_speedup) {
        set logscale y 10
        set yrange [low / 1.2:high * 1.2]
        set ytics ("1x" 1)
        do for [d = floor(log10(low)):ceil(log10(high))] {
            do for [m in (high / low > 1000 ? "1" : "1 3")] {
                tic = 10.0**d * m
                if (tic >= low / 1.2 && tic <= high * 1.2) { set ytics add (sprintf("%gx", tic) tic) }
            }
        }
    } else {
        set yrange [0:high * 1.08]
        set format y "%gx"
        set ytics 0, step(high, 5)
    }
    set xlabel sprintf("workers%s", log_workers ? ", log scale" : "") font plain(15) textcolor rgb INK
    set ylabel sprintf("speed-up over serial%s", log_speedup ? ", log scale" : "") \
        font plain(15) textcolor rgb INK offset 0.5, 0
    set border 3 linecolor rgb GREY
    set grid xtics ytics linetype 1 linecolor rgb PALE linewidth 1

    # A row of another line breaks this one off unless it is passed over.
    set datafile missing NaN
    on(k) = point(g) && column(3) == k && valid(7)
    # Sampled, because it is bent where only one of the axes is logarithmic.
    set samples 1000
    plot [least:most] ideal(x) with lines linestyle IDEAL, \
        for [k = 1:legends] data skip 1 using (on(k) ? column(6) : NaN):(on(k) ? column(7) : NaN) \
            with lines linestyle k, \
        for [k = 1:legends] data skip 1 using (on(k) && valid(8) ? column(6) : least): \
            (on(k) && valid(8) ? column(7) : high * 10):8:9 \
            with yerrorbars linestyle k pointsize 0 linewidth 2, \
        for [k = 1:legends] data skip 1 using (on(k) ? column(6) : least):(on(k) ? column(7) : high * 10) \
            with points linestyle k
    unset label
    unset arrow
}
unset multiplot
unset output
