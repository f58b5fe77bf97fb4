# How long tasks and requests took, a panel for each workload, from the derived file latency.csv.
# By hand: gnuplot -c scripts/latency.gp charts/latency.csv latency.svg      (or .png, .pdf)
# Columns: kind,group,line,name,note,latency_ns,low_ns,high_ns,level

if (ARGC < 2 || ARGC > 3) { print "usage: gnuplot -c latency.gp latency.csv PICTURE.svg|.png|.pdf [light|dark]"; exit status 2 }
data = ARG1; out = ARG2; theme = ARGC > 2 ? ARG3 : "light"; here = ""
do for [i = 1:strlen(ARG0)] { if (ARG0[i:i] eq "/") { here = ARG0[1:i] } }
load here."style.gp"

PANELS = 8 # at the most

# Pixels.
HEAD = 130; FOOT = 56; PANEL_HEAD = 84; PANEL_FOOT = 98; GAP = 44; AXIS = 116; RIGHT = 24; KEY_ROW = 36

kind(k) = strcol(1) eq k
drawn(g) = (kind("point") || kind("mark")) && column(2) == g && column(3) > 0 && valid(6) && column(6) > 0
# Each step of this scale is ten times nearer to the longest.
beyond(level) = -log10(1 - level)

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

array HEADING[PANELS]; array NOTE[PANELS]; array LOW[PANELS]; array HIGH[PANELS]; array TOP[PANELS]
grow(value) = (low = low <= value ? low : value, high = high >= value ? high : value, 0)
do for [g = 1:panels] {
    heading = ""; note = ""; low = NaN; high = NaN; top_level = 0.9
    stats data skip 1 using (kind("group") && column(2) == g ? \
        (heading = strcol(4), note = strcol(5), 0) : 0) nooutput
    do for [c = 6:8] {
        stats data skip 1 using (drawn(g) && valid(c) && column(c) > 0 ? grow(column(c)) : 0) nooutput
    }
    stats data skip 1 using (drawn(g) && column(9) > top_level ? (top_level = column(9), 0) : 0) nooutput
    HEADING[g] = heading; NOTE[g] = note; LOW[g] = low; HIGH[g] = high; TOP[g] = top_level
}
array NAME[legends]
do for [k = 1:legends] {
    name = ""
    stats data skip 1 using (kind("line") && column(3) == k ? (name = strcol(4), 0) : 0) nooutput
    NAME[k] = name
}

names = names < 34 ? names : 34
KEY_NAME = names * 11.4 + 104
key_across = int((WIDE - 2.0 * EDGE) / KEY_NAME)
key_first = 1
key_rows = (legends + key_across - 1) / key_across
tall = HEAD + key_rows * KEY_ROW + lines * (PANEL_HEAD + plot_tall + PANEL_FOOT) + FOOT

legend = "line: all tasks of one repetition    marks: percentiles, as far as the tasks bound them; of requests the" \
    ." medians over runs, with 95% intervals"
load here."paper.gp"
load here."lines.gp"

tic_font = plain(15) # tics take no function call here
panel_wide = (WIDE - 2.0 * EDGE - (across - 1) * GAP) / across
panels_top = HEAD + key_rows * KEY_ROW
do for [g = 1:panels] {
    left = EDGE + ((g - 1) % across) * (panel_wide + GAP)
    top = panels_top + ((g - 1) / across) * (PANEL_HEAD + plot_tall + PANEL_FOOT)
    if (g == 1) { load here."key.gp" }
    if (panels > 1) {
        set label 1 cut(HEADING[g], int(panel_wide / 11.2)) at screen left / WIDE, 1 - (top + 14.0) / tall \
            left font bold(16) textcolor rgb INK
    }
    set label 2 cut(NOTE[g], int(panel_wide / 11.5)) \
        at screen left / WIDE, 1 - (top + PANEL_HEAD - 36.0) / tall \
        left font plain(15) textcolor rgb GREY
    set lmargin at screen (left + AXIS) / WIDE
    set rmargin at screen (left + panel_wide - RIGHT) / WIDE
    set tmargin at screen 1 - (top + PANEL_HEAD - 10.0) / tall
    set bmargin at screen 1 - (top + PANEL_HEAD - 10.0 + plot_tall) / tall

    from = LOW[g] / 1.2; to = HIGH[g] * 1.2
    unset xtics; unset ytics
    set logscale x
    set xrange [from:to]
    set xtics nomirror scale 0.5 font tic_font textcolor rgb INK
    # As many marks as have room side by side: 1, 2, 5 of each decade, 1 and 3, or 1 of every few.
    decade = (panel_wide - AXIS - RIGHT) / log10(to / from)
    marks = decade >= 320 ? "1 2 5" : decade >= 180 ? "1 3" : "1"
    every = ceil(90.0 / decade)
    set xtics (time_text(power(from)) power(from))
    do for [d = 0:ceil(log10(to / from)) + 1:every] {
        do for [m in marks] {
            tic = power(from) * 10**d * m
            if (tic >= from && tic <= to) { set xtics add (time_text(tic) tic) }
        }
    }
    set yrange [0:beyond(TOP[g]) * 1.04]
    set ytics nomirror scale 0.5 font tic_font textcolor rgb INK
    set ytics ("0%%" 0, "50%%" beyond(0.5), "90%%" 1, "99%%" 2, "99.9%%" 3, "99.99%%" 4, "99.999%%" 5, "99.9999%%" 6)
    set xlabel "time until done, log scale" font plain(15) textcolor rgb INK
    set ylabel "share done by then" font plain(15) textcolor rgb INK offset -1, 0
    set border 3 linecolor rgb GREY
    set grid xtics ytics linetype 1 linecolor rgb PALE linewidth 1

    # A row of another line breaks this one off unless it is passed over; what is not to be seen is
    # put where the panel is cut off.
    set datafile missing NaN
    on(k, what) = kind(what) && drawn(g) && column(3) == k
    away = to * 10
    plot for [k = 1:legends] data skip 1 using (on(k, "point") ? column(6) : NaN):(on(k, "point") ? beyond(column(9)) : NaN) \
            with lines linestyle k linewidth 2.5, \
        for [k = 1:legends] data skip 1 using (on(k, "mark") && valid(7) ? column(6) : NaN):(on(k, "mark") && valid(7) ? beyond(column(9)) : NaN) \
            with lines linestyle k linewidth 1.5, \
        for [k = 1:legends] data skip 1 using (on(k, "mark") && valid(7) ? column(6) : away): \
            (on(k, "mark") && valid(7) ? beyond(column(9)) : -1):7:8 \
            with xerrorbars linestyle k pointsize 0 linewidth 2, \
        for [k = 1:legends] data skip 1 using (on(k, "mark") ? column(6) : away):(on(k, "mark") ? beyond(column(9)) : -1) \
            with points linestyle k pointsize 1.5
    unset label
    unset arrow
}
unset multiplot
unset output
