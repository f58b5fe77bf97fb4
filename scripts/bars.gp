# Panels of bars with intervals, one for each group. Loaded by the scripts of single charts after
# style.gp, with `data`, `axis` (what the bars are), `legend` and colour(role) set; and MARK, half
# the height of the mark at column 10, where it is not to reach from row to row.
# Columns: kind,group,place,name,note,role,time_ns,low_ns,high_ns,ideal_ns,ratio

PANELS = 8     # at the most
if (!exists("MARK")) { MARK = 0.5 }
stacked = exists("STACKED")
if (!stacked) { array STACKED[3] = [INK, INK, INK] }
LOG_RATIO = 20 # from there on, a linear axis would squeeze the short times into nothing

# Pixels. A panel has names at the left and two columns of values at the right.
ROW = 48; HEAD = 130; FOOT = 56; PANEL_FOOT = 98
NAME_CHAR = 13.2; NAME_MOST = 26; VALUE = 112; RATIO = 92; GAP = 44; TIC = 80

kind(k) = strcol(1) eq k
cell(g) = kind("cell") && column(2) == g && column(3) > 0
run(g) = kind("run") && column(2) == g && column(3) > 0
timed(g) = cell(g) && valid(7)

# What there is to draw.
title = ""; origin = ""; groups = 0; names = 8
stats data skip 1 using (kind("figure") ? (title = strcol(4), origin = strcol(5), 0) : 0) nooutput
stats data skip 1 using (kind("group") ? (groups = int(column(2)), 0) : 0) nooutput
stats data skip 1 using (kind("cell") && column(3) > 0 && strlen(strcol(4)) > names ? \
    (names = strlen(strcol(4)), 0) : 0) nooutput
names = names < NAME_MOST ? names : NAME_MOST
panels = groups < PANELS ? groups : PANELS
hidden = groups - panels
across = panels > 1 ? 2 : 1
lines = (panels + across - 1) / across
PANEL_HEAD = panels > 1 ? 84 : 36

array HEADING[PANELS]; array NOTE[PANELS]; array ROWS[PANELS]; array TIMED[PANELS]
array LOW[PANELS]; array HIGH[PANELS]; array SPREAD[PANELS]
grow(value) = (low = low <= value ? low : value, high = high >= value ? high : value, 0)
do for [g = 1:panels] {
    heading = ""; note = ""; rows = 0; medians = 0; low = NaN; high = NaN
    stats data skip 1 using (kind("group") && column(2) == g ? \
        (heading = strcol(4), note = strcol(5), 0) : 0) nooutput
    stats data skip 1 using (cell(g) ? (rows = int(ceil(column(3))), medians = medians + valid(7), 0) : 0) nooutput
    do for [c = 7:9] {
        stats data skip 1 using (cell(g) && valid(c) && column(c) > 0 ? grow(column(c)) : 0) nooutput
    }
    stats data skip 1 using (run(g) && valid(7) && column(7) > 0 ? grow(column(7)) : 0) nooutput
    SPREAD[g] = high / low # without the ideal, which a linear axis can show far from the rest
    stats data skip 1 using (timed(g) && valid(10) && column(10) > 0 ? grow(column(10)) : 0) nooutput
    if (stacked) { low = 1; high = 100; SPREAD[g] = 1 }
    HEADING[g] = heading; NOTE[g] = note; ROWS[g] = rows; LOW[g] = low; HIGH[g] = high
    TIMED[g] = medians
}

# Each line of panels is as high as its fullest panel.
array TOP[lines]
tall = HEAD
do for [l = 1:lines] {
    most = 1
    do for [g = (l - 1) * across + 1:l * across] {
        if (g <= panels) { most = ROWS[g] > most ? ROWS[g] : most }
    }
    TOP[l] = tall
    tall = tall + PANEL_HEAD + ROW * most + PANEL_FOOT
}
tall = tall + FOOT

load here."paper.gp"

tic_font = plain(15) # tics take no function call here
panel_wide = (WIDE - 2.0 * EDGE - (across - 1) * GAP) / across
do for [g = 1:panels] {
    left = EDGE + ((g - 1) % across) * (panel_wide + GAP)
    top = TOP[(g - 1) / across + 1]
    rows = ROWS[g]
    if (panels > 1) {
        set label 1 cut(HEADING[g], int(panel_wide / 13.6)) at screen left / WIDE, 1 - (top + 14.0) / tall \
            left font bold(18) textcolor rgb INK
    }
    set label 2 cut(NOTE[g], int(panel_wide / 11.5)) \
        at screen left / WIDE, 1 - (top + PANEL_HEAD - 36.0) / tall \
        left font plain(15) textcolor rgb GREY
    plot_left = left + names * NAME_CHAR + 14
    plot_right = left + panel_wide - VALUE - RATIO
    set lmargin at screen plot_left / WIDE
    set rmargin at screen plot_right / WIDE
    set tmargin at screen 1 - (top + PANEL_HEAD - 10.0) / tall
    set bmargin at screen 1 - (top + PANEL_HEAD - 10.0 + rows * ROW) / tall

    measured = TIMED[g] > 0
    low = measured ? LOW[g] : 1; high = measured ? HIGH[g] : 1
    log_axis = measured && SPREAD[g] > LOG_RATIO
    unset logscale; unset xtics; unset ytics; unset xlabel
    from = 0; to = high * 1.03
    if (log_axis) {
        set logscale x
        from = low / 1.5; to = high * 1.2
        # As many marks as have room side by side. Of two decades' marks, one is short.
        decade = (plot_right - plot_left) / log10(to / from)
        marks = decade * log10(3) >= TIC ? "1 3" : "1"
        every = ceil(0.9 * TIC / decade)
        set xtics (time_text(high) high * 1e9)
        do for [d = 0:ceil(log10(to / from)) + 1:every] {
            do for [m in marks] {
                tic = power(from) * 10**d * m
                if (tic >= from && tic <= to) { set xtics add (time_text(tic) tic) }
            }
        }
        set xlabel axis.", log scale" font plain(15) textcolor rgb INK
    }
    unit = log_axis || stacked || !measured ? 1 : unit_of(high)
    from = from / unit; to = to / unit
    if (!log_axis && measured) {
        set xtics 0, step(to, across > 1 ? 4 : 8)
        set xlabel sprintf("%s (%s)", axis, stacked ? "%" : unit_name(unit)) font plain(15) textcolor rgb INK
    }
    if (measured) { set xtics nomirror scale 0.5 font tic_font textcolor rgb INK }
    set xrange [from:to]
    set yrange [-rows - 0.5:-0.5]
    set border 1 linecolor rgb GREY
    set grid xtics linetype 1 linecolor rgb PALE linewidth 1

    # Values stand in columns of their own, so that they cannot meet a whisker or the ideal.
    name_by = -12.0 / WIDE; value_by = real(VALUE) / WIDE; ratio_by = real(VALUE + RATIO) / WIDE
    fits = int((panel_wide - names * NAME_CHAR - 30) / 10.4)

    # What a row does not have is put above the panel, where it is cut off: gnuplot warns of a
    # series without any valid point.
    y(shown) = shown ? -column(3) : 2
    x(c) = valid(c) && column(c) > 0 ? column(c) / unit : from
    is_winner(g) = cell(g) && strcol(6) eq "winner"
    is_other(g) = cell(g) && strcol(6) ne "winner"

    single(g) = timed(g) && !stacked
    upto(c) = sum [i = 7:c] column(i)
    plot for [c = 7:9] data skip 1 using (upto(c)):(y(timed(g) && stacked)):(upto(c) - column(c)):(upto(c)): \
            (y(timed(g) && stacked) - 0.3):(y(timed(g) && stacked) + 0.3) \
            with boxxyerror fillcolor rgb STACKED[c - 6] fillstyle solid noborder, \
        data skip 1 using (x(7)):(y(single(g) && !log_axis)):(0):(x(7)): \
            (y(single(g) && !log_axis) - 0.2):(y(single(g) && !log_axis) + 0.3):(colour(strcol(6))) \
            with boxxyerror fillcolor rgb variable fillstyle transparent solid 0.6 noborder, \
        data skip 1 using (from):(y(single(g) && log_axis) + 0.05):(to - from):(0) \
            with vectors nohead linecolor rgb PALE linewidth 1.5, \
        data skip 1 using (x(10)):(y(single(g) && valid(10)) - MARK):(0):(2 * MARK) \
            with vectors nohead linecolor rgb BLUE linewidth 3, \
        data skip 1 using (x(7)):(y(single(g) && log_axis) + 0.05):(colour(strcol(6))) \
            with points pointtype 7 pointsize 2.2 linecolor rgb variable, \
        data skip 1 using (x(7)):(y(single(g) && valid(8)) + 0.05):(x(8)):(x(9)) \
            with xerrorbars pointtype -1 linewidth 2.5 linecolor rgb INK, \
        data skip 1 using (x(7)):(y(run(g) && valid(7)) - 0.36) \
            with points pointtype 7 pointsize 0.7 linecolor rgb SHADE, \
        data skip 1 using (from):(y(is_other(g))):(cut(strcol(4), names)) \
            with labels right offset screen name_by, 0 font plain(17) textcolor rgb INK, \
        data skip 1 using (from):(y(is_winner(g))):(cut(strcol(4), names)) \
            with labels right offset screen name_by, 0 font bold(17) textcolor rgb GREEN, \
        data skip 1 using (to):(y(timed(g) && is_other(g))):(strcol(5)) \
            with labels right offset screen value_by, 0 font plain(17) textcolor rgb INK, \
        data skip 1 using (to):(y(is_winner(g))):(strcol(5)) \
            with labels right offset screen value_by, 0 font bold(17) textcolor rgb GREEN, \
        data skip 1 using (to):(y(timed(g) && is_other(g) && valid(11))):(times_text(column(11))) \
            with labels right offset screen ratio_by, 0 font plain(17) textcolor rgb INK, \
        data skip 1 using (to):(y(timed(g) && strcol(11) eq "n.s.")):(strcol(11)) \
            with labels right offset screen ratio_by, 0 font plain(17) textcolor rgb GREY, \
        data skip 1 using (to):(y(is_winner(g) && valid(11))):(times_text(column(11))) \
            with labels right offset screen ratio_by, 0 font bold(17) textcolor rgb GREEN, \
        data skip 1 using (from):(y(cell(g) && !valid(7))):(cut(strcol(5), fits)) \
            with labels left offset 0.5, 0 font plain(15) textcolor rgb VERMILLION
    unset label
}
unset multiplot
unset output
