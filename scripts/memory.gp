# Memory against the number of tasks, a panel for each piece of work, from the derived file memory.csv.
# By hand: gnuplot -c scripts/memory.gp charts/memory.csv memory.svg      (or .png, .pdf)
# Columns: kind,group,line,name,note,tasks,peak_bytes

if (ARGC < 2 || ARGC > 3) { print "usage: gnuplot -c memory.gp memory.csv PICTURE.svg|.png|.pdf [light|dark]"; exit status 2 }
data = ARG1; out = ARG2; theme = ARGC > 2 ? ARG3 : "light"; here = ""
do for [i = 1:strlen(ARG0)] { if (ARG0[i:i] eq "/") { here = ARG0[1:i] } }
load here."style.gp"

PANELS = 8 # at the most

# Pixels.
HEAD = 130; FOOT = 56; PANEL_HEAD = 84; PANEL_FOOT = 98; GAP = 44; AXIS = 140; RIGHT = 24; KEY_ROW = 36

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

array HEADING[PANELS]; array NOTE[PANELS]; array LOW[PANELS]; array HIGH[PANELS]
array LEAST[PANELS]; array MOST[PANELS]
do for [g = 1:panels] {
    heading = ""; note = ""; low = NaN; high = NaN; least = NaN; most = NaN
    stats data skip 1 using (kind("group") && column(2) == g ? \
        (heading = strcol(4), note = strcol(5), 0) : 0) nooutput
    stats data skip 1 using (point(g) ? (least = least <= column(6) ? least : column(6), \
        most = most >= column(6) ? most : column(6), low = low <= column(7) ? low : column(7), \
        high = high >= column(7) ? high : column(7), 0) : 0) nooutput
    HEADING[g] = heading; NOTE[g] = note; LOW[g] = low; HIGH[g] = high; LEAST[g] = least; MOST[g] = most
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

legend = "mark: highest sum of the processes' proportional set sizes (PSS), from warm-up runs    both axes: log scale"
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

    unset xtics; unset ytics
    set logscale xy
    set xrange [LEAST[g] / 1.2:MOST[g] * 1.2]
    set yrange [LOW[g] / 1.3:HIGH[g] * 1.3]
    set format x "%g"
    set xtics 10 nomirror scale 0.5 font tic_font textcolor rgb INK
    set ytics nomirror scale 0.5 font tic_font textcolor rgb INK
    # Powers of 2; as many as have room.
    octaves = log(HIGH[g] * 1.69 / LOW[g]) / log(2)
    every = octaves > 24 ? 4 : octaves > 12 ? 2 : 1
    first = floor(log(LOW[g] / 1.3) / log(2) / every) * every
    set ytics (size_text(2.0**first) 2.0**first)
    do for [p = first:first + ceil(octaves) + every:every] { set ytics add (size_text(2.0**p) 2.0**p) }
    set xlabel "tasks, log scale" font plain(15) textcolor rgb INK
    set ylabel "peak memory, log scale" font plain(15) textcolor rgb INK offset -1, 0
    set border 3 linecolor rgb GREY
    set grid xtics ytics linetype 1 linecolor rgb PALE linewidth 1

    # A row of another line breaks this one off unless it is passed over; what is not to be seen is
    # put where the panel is cut off.
    set datafile missing NaN
    on(k) = point(g) && column(3) == k
    away = MOST[g] * 10
    plot for [k = 1:legends] data skip 1 using (on(k) ? column(6) : NaN):(on(k) ? column(7) : NaN) \
            with lines linestyle k linewidth 2.5, \
        for [k = 1:legends] data skip 1 using (on(k) ? column(6) : away):(on(k) ? column(7) : HIGH[g] * 10) \
            with points linestyle k
    unset label
    unset arrow
}
unset multiplot
unset output
