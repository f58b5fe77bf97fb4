# Speed-up over serial and efficiency by number of workers with the fitted laws, a panel for each
# workload, from the derived file speedup.csv.
# By hand: gnuplot -c scripts/speedup.gp charts/speedup.csv speedup.svg      (or .png, .pdf)
# Columns: kind,group,line,name,note,workers,speedup,low,high,cap,sigma,kappa,preferred

if (ARGC < 2 || ARGC > 3) { print "usage: gnuplot -c speedup.gp speedup.csv PICTURE.svg|.png|.pdf [light|dark]"; exit status 2 }
data = ARG1; out = ARG2; theme = ARGC > 2 ? ARG3 : "light"; here = ""
do for [i = 1:strlen(ARG0)] { if (ARG0[i:i] eq "/") { here = ARG0[1:i] } }
load here."style.gp"

PANELS = 8
key_first = 0 # the ideal
load here."panels.gp"

AXIS = 84; BETWEEN = 18; TEXT_ROW = 26; TEXT_CHAR = 11.2 # pixels
BOTH_LAWS = 4  # fitted lines in a panel with both laws drawn; of more, only the preferred ones
longest = 0
stats data skip 1 using (kind("text") && strlen(strcol(5)) > longest ? (longest = strlen(strcol(5)), 0) : 0) nooutput
texts_across = panels == 1 && 2 * longest * TEXT_CHAR < panel_wide - 2 * AXIS ? 2 : 1
TEXTS = 8 * texts_across # about the laws below a panel, at the most
LOG_RATIO = 20 # from there on, a linear axis would squeeze the small speed-ups or counts together

speedup_tall = panels > 1 ? 340.0 : 460.0
efficiency_tall = panels > 1 ? 150.0 : 180.0
plot_tall = speedup_tall + BETWEEN + efficiency_tall

point(g) = kind("point") && column(2) == g && column(3) > 0
law(g) = kind("law") && column(2) == g && column(3) > 0

array CAP[PANELS]
array LEAST[PANELS]; array MOST[PANELS]; array LOW[PANELS]; array HIGH[PANELS]; array ROWS[PANELS]
array LOW_EACH[PANELS]; array HIGH_EACH[PANELS] # of a worker: the efficiency
texts = 0; fits = 0
array FIRST[PANELS]; array LAST[PANELS] # rows of the file: what follows reads no others
do for [g = 1:panels] {
    first = NaN; last = 0
    stats data skip 1 using (column(2) == g && !kind("figure") ? (first = first <= $0 ? first : $0, last = $0, 0) : 0) nooutput
    FIRST[g] = int(first); LAST[g] = int(last)
    cap = NaN; low = NaN; high = NaN; least = NaN; most = NaN
    stats data skip 1 every ::FIRST[g]::LAST[g] using (kind("group") && column(2) == g ? \
        (cap = valid(10) ? column(10) : NaN, 0) : 0) nooutput
    stats data skip 1 every ::FIRST[g]::LAST[g] using (point(g) ? (least = least <= column(6) ? least : column(6), \
        most = most >= column(6) ? most : column(6), 0) : 0) nooutput
    do for [c = 7:9] {
        stats data skip 1 every ::FIRST[g]::LAST[g] using (point(g) && valid(c) && column(c) > 0 ? grow(column(c)) : 0) nooutput
    }
    CAP[g] = cap; LEAST[g] = least; MOST[g] = most; LOW[g] = low; HIGH[g] = high
    low = NaN; high = NaN; rows = 0
    do for [c = 7:9] {
        stats data skip 1 every ::FIRST[g]::LAST[g] using (point(g) && valid(c) && column(c) > 0 ? \
            grow(column(c) / column(6)) : 0) nooutput
    }
    stats data skip 1 every ::FIRST[g]::LAST[g] using (kind("text") && column(2) == g ? (rows = rows + 1, 0) : 0) nooutput
    stats data skip 1 every ::FIRST[g]::LAST[g] using (law(g) ? (fits = fits + 1, 0) : 0) nooutput
    LOW_EACH[g] = low; HIGH_EACH[g] = high; ROWS[g] = rows
    texts = texts > rows ? texts : rows
}
texts = ((texts < TEXTS ? texts : TEXTS) + texts_across - 1) / texts_across # rows of them
FOOT = fits > 0 ? 86 : 56
panel_tall = PANEL_HEAD + plot_tall + PANEL_FOOT + texts * TEXT_ROW
tall = panels_top + lines * panel_tall + FOOT

legend = "mark: ratio of medians    whiskers: from both 95% intervals (6 runs or more)    " \
    ."efficiency: speed-up / workers    ideal: as far as the cores allow"
load here."paper.gp"
if (fits > 0) {
    set label 104 "curve: preferred law (AICc)    dots: the other one; both where they go past the cores    " \
        ."sigma: contention    kappa: coherency    +-: standard error" \
        at screen real(EDGE) / WIDE, 54.0 / tall left font plain(15) textcolor rgb GREY
}

load here."lines.gp"
IDEAL = 90
set style line IDEAL linecolor rgb GREY linewidth 3 dashtype 2

do for [g = 1:panels] {
    load here."panel.gp"
    # What is said of the laws; each row has its line's mark.
    shown = ROWS[g] < TEXTS ? ROWS[g] : TEXTS
    texts_wide = (panel_wide - AXIS) / texts_across
    do for [t = 1:shown] {
        n = 0; words = ""; of = 0
        stats data skip 1 every ::FIRST[g]::LAST[g] using (kind("text") && column(2) == g ? (n = n + 1, \
            n == t ? (words = strcol(5), of = int(column(3)), 0) : 0) : 0) nooutput
        if (t == TEXTS && ROWS[g] > TEXTS) {
            words = sprintf("... and %d more in the CSV file", ROWS[g] - TEXTS + 1); of = 0
        }
        x = left + AXIS + (t - 1) / texts * texts_wide
        y = 1 - (top + PANEL_HEAD + plot_tall + PANEL_FOOT - 10.0 + (t - 1) % texts * TEXT_ROW) / tall
        if (of > 0) { set label 500 + t "" at screen (x - 20) / WIDE, y point linestyle of pointsize 0.75 * mark_size }
        set label 400 + t cut(words, int(texts_wide / TEXT_CHAR)) \
            at screen x / WIDE, y left font plain(15) textcolor rgb INK
    }

    least = LEAST[g]; most = MOST[g]; cap = CAP[g]
    ideal(w) = w < cap ? w : cap
    measured(w) = w > least * 0.999 && w < most * 1.001 # the axis goes a little further
    log_workers = most / least > LOG_RATIO
    gap = (most - least) * 0.04
    from = log_workers ? least / 1.15 : least - gap; to = log_workers ? most * 1.15 : most + gap
    room = panel_wide - AXIS - RIGHT; apart = 60; scale = log_workers ? 2 : 0; whole = 1
    load here."tics.gp"
    if (log_workers) { set logscale x 2 }
    set xrange [from:to]
    workers_tics = tics
    array WORKERS[workers_tics > 0 ? workers_tics : 1]
    do for [t = 1:tics] { WORKERS[t] = TIC[t] }

    # The laws of each line: what its single worker gains over serial, sigma, kappa, and how far they
    # were fitted. [k] is the preferred one, [legends + k] the other. PAST: the fit goes past what can
    # gain, so it is no law of the work.
    array SINGLE[2 * legends]; array SIGMA[2 * legends]; array KAPPA[2 * legends]
    array UPTO[2 * legends]; array PAST[2 * legends]
    fitted = 0
    do for [k = 1:legends] {
        do for [other = 0:1] {
            single = 0; sigma = 0; kappa = 0; upto = 0; past = 0
            stats data skip 1 every ::FIRST[g]::LAST[g] using (law(g) && column(3) == k && column(13) == 1 - other ? \
                (single = column(7), sigma = column(11), kappa = column(12), upto = column(6), \
                past = valid(10) && column(6) > column(10), 0) : 0) nooutput
            j = k + other * legends
            SINGLE[j] = single; SIGMA[j] = sigma; KAPPA[j] = kappa; UPTO[j] = upto; PAST[j] = past
        }
        fitted = fitted + (UPTO[k] > 0)
    }
    gain(j, w) = measured(w) && w <= UPTO[j] ? SINGLE[j] * w / (1 + SIGMA[j] * (w - 1) + KAPPA[j] * w * (w - 1)) : NaN
    dotted(j) = UPTO[j] > 0 && (j > legends ? fitted <= BOTH_LAWS : PAST[j])

    # First the speed-up; below it, on the same workers, each worker's part of it.
    do for [each = 0:1] {
        by(w) = each ? w : 1
        low = each ? LOW_EACH[g] : LOW[g]; high = each ? HIGH_EACH[g] : HIGH[g]
        ideal_least = ideal(least) / by(least); ideal_most = ideal(most) / by(most)
        low = low < ideal_least ? low : ideal_least; low = low < ideal_most ? low : ideal_most
        high = high > ideal_least ? high : ideal_least; high = high > ideal_most ? high : ideal_most
        log_y = high / low > LOG_RATIO
        from = log_y ? low / 1.2 : 0; to = high * (log_y ? 1.2 : 1.08)
        room = each ? efficiency_tall : speedup_tall; apart = 36; scale = log_y ? 10 : 0; whole = 0
        load here."tics.gp"
        unset logscale y
        if (log_y) { set logscale y 10 }
        set yrange [from:to]
        set ytics () nomirror scale 0.5 font tic_font textcolor rgb INK
        do for [t = 1:tics] { set ytics add (each ? percent_text(TIC[t]) : sprintf("%gx", TIC[t]) TIC[t]) }
        under = top + PANEL_HEAD - 10.0 + (each ? speedup_tall + BETWEEN : 0)
        set tmargin at screen 1 - under / tall
        set bmargin at screen 1 - (under + (each ? efficiency_tall : speedup_tall)) / tall
        set ylabel (each ? "efficiency" : "speed-up over serial".(log_y ? ", log scale" : "")) \
            font plain(15) textcolor rgb INK offset 0.5, 0
        set xtics () nomirror scale 0.5 font tic_font textcolor rgb INK
        do for [t = 1:workers_tics] { set xtics add (each ? count_text(WORKERS[t]) : "" WORKERS[t]) }
        unset xlabel
        if (each) { set xlabel sprintf("workers%s", log_workers ? ", log scale" : "") font plain(15) textcolor rgb INK }

        on(k) = point(g) && column(3) == k && valid(7)
        beyond(k) = on(k) && (PAST[k] || column(6) >= UPTO[k]) # no law says how these are joined
        away = high * 10
        # Sampled, because it is bent where only one of the axes is logarithmic.
        set samples 1000
        plot (measured(x) ? ideal(x) / by(x) : NaN) with lines linestyle IDEAL, \
            for [j = 1:2 * legends] (dotted(j) ? gain(j, x) / by(x) : away) \
                with lines linestyle (j - 1) % legends + 1 dashtype 3 linewidth 2, \
            for [j = 1:legends] (UPTO[j] > 0 && !PAST[j] ? gain(j, x) / by(x) : away) \
                with lines linestyle j, \
            for [k = 1:legends] data skip 1 every ::FIRST[g]::LAST[g] using (beyond(k) ? column(6) : NaN): \
                (beyond(k) ? column(7) / by(column(6)) : NaN) with lines linestyle k, \
            for [k = 1:legends] data skip 1 every ::FIRST[g]::LAST[g] using (on(k) && valid(8) ? column(6) : least): \
                (on(k) && valid(8) ? column(7) / by(column(6)) : away): \
                (column(8) / by(column(6))):(column(9) / by(column(6))) \
                with yerrorbars linestyle k pointsize 0 linewidth 2, \
            for [k = 1:legends] data skip 1 every ::FIRST[g]::LAST[g] using (on(k) ? column(6) : least): \
                (on(k) ? column(7) / by(column(6)) : away) with points linestyle k
        unset label
        unset arrow
    }
}
unset multiplot
unset output
