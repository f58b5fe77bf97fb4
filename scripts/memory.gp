# Memory against the number of tasks, a panel for each piece of work, from the derived file memory.csv.
# By hand: gnuplot -c scripts/memory.gp charts/memory.csv memory.svg      (or .png, .pdf)
# Columns: kind,group,line,name,note,tasks,peak_bytes,alive,places

if (ARGC < 2 || ARGC > 3) { print "usage: gnuplot -c memory.gp memory.csv PICTURE.svg|.png|.pdf [light|dark]"; exit status 2 }
data = ARG1; out = ARG2; theme = ARGC > 2 ? ARG3 : "light"; here = ""
do for [i = 1:strlen(ARG0)] { if (ARG0[i:i] eq "/") { here = ARG0[1:i] } }
load here."style.gp"
PANELS = 8
load here."panels.gp"

FOOT = 56; AXIS = 140 # pixels
plot_tall = panels > 1 ? 400.0 : 560.0
panel_tall = PANEL_HEAD + plot_tall + PANEL_FOOT
tall = panels_top + lines * panel_tall + FOOT

point(g) = kind("point") && column(2) == g && column(3) > 0
gone(g) = point(g) && valid(8) && column(8) < 0.9 * column(9) # as bench/report/memory_lines.c has it

array LOW[PANELS]; array HIGH[PANELS]; array LEAST[PANELS]; array MOST[PANELS]
early = 0
do for [g = 1:panels] {
    low = NaN; high = NaN
    stats data skip 1 using (point(g) ? grow(column(6)) : 0) nooutput
    LEAST[g] = low; MOST[g] = high; low = NaN; high = NaN
    stats data skip 1 using (point(g) ? grow(column(7)) : 0) nooutput
    LOW[g] = low; HIGH[g] = high
    stats data skip 1 using (gone(g) ? (early = early + 1, 0) : 0) nooutput
}

legend = "mark: highest sum of the processes' proportional set sizes (PSS), from warm-up runs"
if (early > 0) { legend = legend."    crossed out: the first tasks ended before the last began" }
load here."paper.gp"
load here."lines.gp"

do for [g = 1:panels] {
    load here."panel.gp"
    set tmargin at screen 1 - (top + PANEL_HEAD - 10.0) / tall
    set bmargin at screen 1 - (top + PANEL_HEAD - 10.0 + plot_tall) / tall

    from = LEAST[g] / 1.2; to = MOST[g] * 1.2
    room = panel_wide - AXIS - RIGHT; apart = 110; scale = 10; whole = 1
    load here."tics.gp"
    set logscale xy
    set xrange [from:to]
    set xtics () nomirror scale 0.5 font tic_font textcolor rgb INK
    do for [t = 1:tics] { set xtics add (count_text(TIC[t]) TIC[t]) }
    away = to * 10

    from = LOW[g] / 1.3; to = HIGH[g] * 1.3
    room = plot_tall; apart = 40; scale = 2; whole = 0
    load here."tics.gp"
    set yrange [from:to]
    set ytics () nomirror scale 0.5 font tic_font textcolor rgb INK
    do for [t = 1:tics] { set ytics add (size_text(TIC[t]) TIC[t]) }
    set xlabel "tasks, log scale" font plain(15) textcolor rgb INK
    # At a place of its own: however long the marks' texts are, they don't push it off the sheet.
    set label 3 "peak memory, log scale" at screen (left + 14) / WIDE, 1 - (top + PANEL_HEAD - 10.0 + plot_tall / 2) / tall \
        center rotate by 90 font plain(15) textcolor rgb INK

    # What is not to be seen is put where the panel is cut off.
    on(k) = point(g) && column(3) == k
    plot for [k = 1:legends] data skip 1 using (on(k) ? column(6) : NaN):(on(k) ? column(7) : NaN) \
            with lines linestyle k linewidth 2.5, \
        for [k = 1:legends] data skip 1 using (on(k) ? column(6) : away):(on(k) ? column(7) : to * 10) \
            with points linestyle k, \
        data skip 1 using (gone(g) ? column(6) : away):(gone(g) ? column(7) : to * 10) \
            with points pointtype 2 pointsize 1.4 * mark_size linewidth 2 linecolor rgb INK
    unset label
    unset arrow
}
unset multiplot
unset output
