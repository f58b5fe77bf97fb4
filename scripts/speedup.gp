# Speed-up over serial and efficiency by number of workers with the fitted laws, a panel for each
# workload, from the derived file speedup.csv. By hand: gnuplot -c scripts/speedup.gp charts/speedup.csv speedup.svg   (or speedup.png)
# Columns: kind,group,line,name,note,workers,speedup,low,high,cap,sigma,kappa,preferred

if (ARGC < 2 || ARGC > 3) { print "usage: gnuplot -c speedup.gp speedup.csv PICTURE.svg|.png|.pdf [light|dark]"; exit status 2 }
data = ARG1; out = ARG2; theme = ARGC > 2 ? ARG3 : "light"; here = ""
do for [i = 1:strlen(ARG0)] { if (ARG0[i:i] eq "/") { here = ARG0[1:i] } }
load here."style.gp"

PANELS = 8     # at the most
BOTH_LAWS = 4  # fitted lines in a panel with both laws drawn; of more, only the preferred ones
TEXTS = 8      # rows about the laws below a panel, at the most
LOG_RATIO = 20 # from there on, a linear axis would squeeze the small speed-ups or counts together

# Pixels.
HEAD = 130; PANEL_HEAD = 84; PANEL_FOOT = 98; GAP = 44; AXIS = 84; RIGHT = 24; KEY_ROW = 36
BETWEEN = 18; TEXT_ROW = 26

kind(k) = strcol(1) eq k
point(g) = kind("point") && column(2) == g && column(3) > 0
law(g) = kind("law") && column(2) == g && column(3) > 0

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
speedup_tall = panels > 1 ? 340.0 : 460.0
efficiency_tall = panels > 1 ? 150.0 : 180.0
plot_tall = speedup_tall + BETWEEN + efficiency_tall
if (panels == 1) { PANEL_HEAD = 36 }

array HEADING[PANELS]; array NOTE[PANELS]; array CAP[PANELS]; array COUNT[PANELS]
array LEAST[PANELS]; array MOST[PANELS]; array LOW[PANELS]; array HIGH[PANELS]; array ROWS[PANELS]
array LOW_EACH[PANELS]; array HIGH_EACH[PANELS] # of a worker: the efficiency
texts = 0; fits = 0
grow(value) = (low = low <= value ? low : value, high = high >= value ? high : value, 0)
array FIRST[PANELS]; array LAST[PANELS] # rows of the file: what follows reads no others
do for [g = 1:panels] {
    first = NaN; last = 0
    stats data skip 1 using (column(2) == g ? (first = first <= $0 ? first : $0, last = $0, 0) : 0) nooutput
    FIRST[g] = int(first); LAST[g] = int(last)
    heading = ""; note = ""; cap = NaN; low = NaN; high = NaN; least = NaN; most = NaN
    stats data skip 1 every ::FIRST[g]::LAST[g] using (kind("group") && column(2) == g ? \
        (heading = strcol(4), note = strcol(5), cap = valid(10) ? column(10) : NaN, 0) : 0) nooutput
    stats data skip 1 every ::FIRST[g]::LAST[g] using (point(g) ? (least = least <= column(6) ? least : column(6), \
        most = most >= column(6) ? most : column(6), 0) : 0) nooutput
    do for [c = 7:9] {
        stats data skip 1 every ::FIRST[g]::LAST[g] using (point(g) && valid(c) && column(c) > 0 ? grow(column(c)) : 0) nooutput
    }
    HEADING[g] = heading; NOTE[g] = note; CAP[g] = cap
    LEAST[g] = least; MOST[g] = most; LOW[g] = low; HIGH[g] = high
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
texts = texts < TEXTS ? texts : TEXTS
FOOT = fits > 0 ? 86 : 56
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
tall = HEAD + key_rows * KEY_ROW + lines * (PANEL_HEAD + plot_tall + PANEL_FOOT + texts * TEXT_ROW) + FOOT

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

tic_font = plain(15) # tics take no function call here
panel_wide = (WIDE - 2.0 * EDGE - (across - 1) * GAP) / across
panels_top = HEAD + key_rows * KEY_ROW
do for [g = 1:panels] {
    left = EDGE + ((g - 1) % across) * (panel_wide + GAP)
    top = panels_top + ((g - 1) / across) * (PANEL_HEAD + plot_tall + PANEL_FOOT + texts * TEXT_ROW)
    if (g == 1) { load here."key.gp" }
    if (panels > 1) {
        set label 1 cut(HEADING[g], int(panel_wide / 13.6)) at screen left / WIDE, 1 - (top + 14.0) / tall \
            left font bold(18) textcolor rgb INK
    }
    set label 2 cut(NOTE[g], int(panel_wide / 11.5)) \
        at screen left / WIDE, 1 - (top + PANEL_HEAD - 36.0) / tall \
        left font plain(15) textcolor rgb GREY
    # What is said of the laws; each row has its line's mark.
    shown = ROWS[g] < TEXTS ? ROWS[g] : TEXTS
    do for [t = 1:shown] {
        n = 0; words = ""; of = 0
        stats data skip 1 every ::FIRST[g]::LAST[g] using (kind("text") && column(2) == g ? (n = n + 1, \
            n == t ? (words = strcol(5), of = int(column(3)), 0) : 0) : 0) nooutput
        if (t == TEXTS && ROWS[g] > TEXTS) {
            words = sprintf("... and %d more in the CSV file", ROWS[g] - TEXTS + 1); of = 0
        }
        y = 1 - (top + PANEL_HEAD + plot_tall + PANEL_FOOT - 10.0 + (t - 1) * TEXT_ROW) / tall
        if (of > 0) { set label 500 + t "" at screen (left + AXIS - 20) / WIDE, y point linestyle of pointsize 1.4 }
        set label 400 + t cut(words, int((panel_wide - AXIS) / 10.6)) \
            at screen (left + AXIS) / WIDE, y left font plain(15) textcolor rgb INK
    }

    least = LEAST[g]; most = MOST[g]; cap = CAP[g]
    ideal(w) = w < cap ? w : cap
    log_workers = most / least > LOG_RATIO
    unset logscale; unset xtics
    set lmargin at screen (left + AXIS) / WIDE
    set rmargin at screen (left + panel_wide - RIGHT) / WIDE
    if (log_workers) {
        set logscale x 2
        set xrange [least / 1.15:most * 1.15]
    } else {
        gap = (most - least) * 0.04
        set xrange [least - gap:most + gap]
    }
    apart = ceil(step(most, across > 1 ? 8 : 16))
    set border 3 linecolor rgb GREY
    set grid xtics ytics linetype 1 linecolor rgb PALE linewidth 1

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
    gain(j, w) = w <= UPTO[j] ? SINGLE[j] * w / (1 + SIGMA[j] * (w - 1) + KAPPA[j] * w * (w - 1)) : NaN
    dotted(j) = UPTO[j] > 0 && (j > legends ? fitted <= BOTH_LAWS : PAST[j])

    # First the speed-up; below it, on the same workers, each worker's part of it.
    do for [each = 0:1] {
        by(w) = each ? w : 1
        low = each ? LOW_EACH[g] : LOW[g]; high = each ? HIGH_EACH[g] : HIGH[g]
        ideal_least = ideal(least) / by(least); ideal_most = ideal(most) / by(most)
        low = low < ideal_least ? low : ideal_least; low = low < ideal_most ? low : ideal_most
        high = high > ideal_least ? high : ideal_least; high = high > ideal_most ? high : ideal_most
        log_y = high / low > LOG_RATIO
        unset logscale y; unset ytics
        set ytics nomirror scale 0.5 font tic_font textcolor rgb INK
        percent = each ? 100 : 1
        if (log_y) {
            set logscale y 10
            set yrange [low / 1.2:high * 1.2]
            set ytics ((each ? "100%%" : "1x") 1)
            do for [d = floor(log10(low)):ceil(log10(high))] {
                do for [m in (high / low > 1000 || each ? "1" : "1 3")] {
                    tic = 10.0**d * m
                    if (tic >= low / 1.2 && tic <= high * 1.2) {
                        set ytics add (sprintf(each ? "%g%%%%" : "%gx", percent * tic) tic)
                    }
                }
            }
        } else {
            set yrange [0:high * 1.08]
            apart_y = step(high, each ? 3 : 5)
            set ytics ((each ? "0%%" : "0x") 0)
            do for [t = 1:int(high * 1.08 / apart_y)] {
                set ytics add (sprintf(each ? "%g%%%%" : "%gx", percent * t * apart_y) t * apart_y)
            }
        }
        under = top + PANEL_HEAD - 10.0 + (each ? speedup_tall + BETWEEN : 0)
        set tmargin at screen 1 - under / tall
        set bmargin at screen 1 - (under + (each ? efficiency_tall : speedup_tall)) / tall
        set ylabel (each ? "efficiency" : "speed-up over serial".(log_y ? ", log scale" : "")) \
            font plain(15) textcolor rgb INK offset 0.5, 0
        set xtics nomirror scale 0.5 font tic_font textcolor rgb INK
        if (!log_workers) { set xtics apart }
        if (each) {
            set format x "%g"
            set xlabel sprintf("workers%s", log_workers ? ", log scale" : "") font plain(15) textcolor rgb INK
        } else {
            set format x ""
            unset xlabel
        }

        # A row of another line breaks this one off unless it is passed over.
        set datafile missing NaN
        on(k) = point(g) && column(3) == k && valid(7)
        beyond(k) = on(k) && (PAST[k] || column(6) >= UPTO[k]) # no law says how these are joined
        away = high * 10
        # Sampled, because it is bent where only one of the axes is logarithmic.
        set samples 1000
        plot [least:most] ideal(x) / by(x) with lines linestyle IDEAL, \
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
