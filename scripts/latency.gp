# How long tasks and requests took, a panel for each workload, from the derived file latency.csv.
# By hand: gnuplot -c scripts/latency.gp charts/latency.csv latency.svg      (or .png, .pdf)
# Columns: kind,group,line,name,note,latency_ns,low_ns,high_ns,level

if (ARGC < 2 || ARGC > 3) { print "usage: gnuplot -c latency.gp latency.csv PICTURE.svg|.png|.pdf [light|dark]"; exit status 2 }
data = ARG1; out = ARG2; theme = ARGC > 2 ? ARG3 : "light"; here = ""
do for [i = 1:strlen(ARG0)] { if (ARG0[i:i] eq "/") { here = ARG0[1:i] } }
load here."style.gp"
PANELS = 8
load here."panels.gp"

FOOT = 56; AXIS = 116 # pixels
plot_tall = panels > 1 ? 400.0 : 560.0
panel_tall = PANEL_HEAD + plot_tall + PANEL_FOOT
tall = panels_top + lines * panel_tall + FOOT

drawn(g) = (kind("point") || kind("mark")) && column(2) == g && column(3) > 0 && valid(6) && column(6) > 0
# Each step of this scale is ten times nearer to the longest.
beyond(level) = -log10(1 - level)

array LOW[PANELS]; array HIGH[PANELS]; array TOP[PANELS]
points = 0; ranges = 0
do for [g = 1:panels] {
    low = NaN; high = NaN; top_level = 0.9
    do for [c = 6:8] {
        stats data skip 1 using (drawn(g) && valid(c) && column(c) > 0 ? grow(column(c)) : 0) nooutput
    }
    stats data skip 1 using (drawn(g) && column(9) > top_level ? (top_level = column(9), 0) : 0) nooutput
    stats data skip 1 using (drawn(g) ? (points = points + kind("point"), ranges = ranges + valid(7), 0) : 0) nooutput
    LOW[g] = low; HIGH[g] = high; TOP[g] = top_level
}

legend = "marks: percentiles, as far as the number of tasks bounds them"
if (points > 0) { legend = "line: all tasks of one repetition    ".legend }
if (ranges > 0) { legend = legend."; of requests the medians over runs, with 95% intervals" }
load here."paper.gp"
load here."lines.gp"

do for [g = 1:panels] {
    load here."panel.gp"
    set tmargin at screen 1 - (top + PANEL_HEAD - 10.0) / tall
    set bmargin at screen 1 - (top + PANEL_HEAD - 10.0 + plot_tall) / tall

    from = LOW[g] / 1.2; to = HIGH[g] * 1.2
    room = panel_wide - AXIS - RIGHT; apart = 90; scale = 10; whole = 0
    load here."tics.gp"
    set logscale x
    set xrange [from:to]
    set xtics () nomirror scale 0.5 font tic_font textcolor rgb INK
    do for [t = 1:tics] { set xtics add (time_text(TIC[t]) TIC[t]) }
    set yrange [0:beyond(TOP[g]) * 1.04]
    set ytics nomirror scale 0.5 font tic_font textcolor rgb INK
    set ytics ("0%%" 0, "50%%" beyond(0.5), "90%%" 1, "99%%" 2, "99.9%%" 3, "99.99%%" 4, "99.999%%" 5, "99.9999%%" 6)
    set xlabel "time until done, log scale" font plain(15) textcolor rgb INK
    # At a place of its own: however long the marks' texts are, they don't push it off the sheet.
    set label 3 "share done by then" at screen (left + 14) / WIDE, 1 - (top + PANEL_HEAD - 10.0 + plot_tall / 2) / tall \
        center rotate by 90 font plain(15) textcolor rgb INK

    # Lines of this panel alone: gnuplot warns of a series without any point. Where there are no tasks,
    # thin ones join the marks.
    array POINTS[legends]; array MARKS[legends]; array SHOWN[legends]
    do for [k = 1:legends] { POINTS[k] = 0; MARKS[k] = 0; SHOWN[k] = k }
    stats data skip 1 using (drawn(g) ? (k = int(column(3)), POINTS[k] = POINTS[k] + kind("point"), \
        MARKS[k] = MARKS[k] + kind("mark"), 0) : 0) nooutput
    shown = 0; thick = 0
    do for [k = 1:legends] {
        thick = thick + POINTS[k]
        if (POINTS[k] + MARKS[k] > 0) { shown = shown + 1; SHOWN[shown] = k }
    }
    on(k, what) = kind(what) && drawn(g) && column(3) == k
    joined(k) = on(k, POINTS[k] > 0 ? "point" : "mark")
    marked(k) = on(k, "mark")
    ranged(k) = marked(k) && valid(7)
    away = to * 10 # where the panel is cut off: what is not to be seen is put there
    plot for [i = 1:(shown > 0 ? shown : 1)] data skip 1 using (joined(SHOWN[i]) ? column(6) : NaN): \
            (joined(SHOWN[i]) ? beyond(column(9)) : NaN) with lines linestyle SHOWN[i] linewidth (thick > 0 ? 2.5 : 1.5), \
        for [i = 1:shown] data skip 1 using (ranged(SHOWN[i]) ? column(6) : away): \
            (ranged(SHOWN[i]) ? beyond(column(9)) : -1):(ranged(SHOWN[i]) ? column(7) : away): \
            (ranged(SHOWN[i]) ? column(8) : away) with xerrorbars linestyle SHOWN[i] pointsize 0 linewidth 2, \
        for [i = 1:shown] data skip 1 using (marked(SHOWN[i]) ? column(6) : away): \
            (marked(SHOWN[i]) ? beyond(column(9)) : -1) with points linestyle SHOWN[i] pointsize 0.8 * mark_size
    unset label
    unset arrow
}
unset multiplot
unset output
