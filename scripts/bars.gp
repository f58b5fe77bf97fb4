# Panels of bars with intervals, one for each group. Loaded by the scripts of single charts after
# style.gp, with `data`, `axis` (what the bars are), `legend`, SWATCH, SWATCH_SAID (what colours mean) and
# colour(role) set; and MARK, half the height of the mark at column 10, where it is not to reach from
# row to row.
# Columns: kind,group,place,name,note,role,time_ns,low_ns,high_ns,ideal_ns,ratio

PANELS = 8     # at the most
if (!exists("MARK")) { MARK = 0.5 }
stacked = exists("STACKED")
if (!stacked) { array STACKED[3] = [INK, INK, INK] }
LOG_RATIO = 20 # from there on, a linear axis would squeeze the short times into nothing

# Pixels. A panel has names at the left and two columns of values at the right.
ROW = 48; HEAD = 144; FOOT = 90; PANEL_FOOT = 98
VALUE = 112; RATIO = 92; GAP = 44; TIC = 80

kind(k) = strcol(1) eq k
cell(g) = kind("cell") && column(2) == g && column(3) > 0
run(g) = kind("run") && column(2) == g && column(3) > 0
timed(g) = cell(g) && valid(7)

# What there is to draw.
title = ""; origin = ""; groups = 0; names = 5
# Of many groups the file holds the first; how many there are, the figure's row says.
stats data skip 1 using (kind("figure") ? \
    (groups = int(column(2)), title = strcol(4), origin = strcol(5), 0) : 0) nooutput
stats data skip 1 using (kind("group") && column(2) > groups ? (groups = int(column(2)), 0) : 0) nooutput
# A winner is known by a star as well as by its colour.
star(role) = role eq "winner" ? STAR." " : ""
stats data skip 1 using (kind("cell") && column(3) > 0 && ems(star(strcol(6)).strcol(4)) > names ? \
    (names = ems(star(strcol(6)).strcol(4)), 0) : 0) nooutput
panels = groups < PANELS ? groups : PANELS
hidden = groups - panels
across = panels > 1 ? 2 : 1
lines = (panels + across - 1) / across
panel_wide = (WIDE - 2.0 * EDGE - (across - 1) * GAP) / across

# Names take less than half a panel, and are rather small than cut.
name_size = 10
do for [size in "17 16 15 14 13 12 11"] {
    name_size = name_size == 10 && names * size * PIXEL <= 0.45 * panel_wide ? size + 0 : name_size
}
name_most = 0.45 * panel_wide / (name_size * PIXEL)
called(name) = ems(name) <= name_most ? name : cut(name, int(strlen(name) * name_most / ems(name)))
names = names < name_most ? names : name_most

array HEADING[PANELS]; array NOTE[PANELS]; array ROWS[PANELS]; array TIMED[PANELS]
PANEL_HEAD = panels > 1 ? 84 : 36
array LOW[PANELS]; array HIGH[PANELS]; array SPREAD[PANELS]
array FIRST[PANELS]; array LAST[PANELS] # rows of the file: what follows reads no others
grow(value) = (low = low <= value ? low : value, high = high >= value ? high : value, 0)
do for [g = 1:panels] {
    first = NaN; last = 0
    stats data skip 1 using (column(2) == g && !kind("figure") ? (first = first <= $0 ? first : $0, last = $0, 0) : 0) nooutput
    FIRST[g] = int(first); LAST[g] = int(last)
    heading = ""; note = ""; rows = 0; medians = 0; low = NaN; high = NaN
    stats data skip 1 every ::FIRST[g]::LAST[g] using (kind("group") && column(2) == g ? \
        (heading = strcol(4), note = strcol(5), 0) : 0) nooutput
    stats data skip 1 every ::FIRST[g]::LAST[g] using (cell(g) ? (rows = int(ceil(column(3))), medians = medians + valid(7), 0) : 0) nooutput
    do for [c = 7:9] {
        stats data skip 1 every ::FIRST[g]::LAST[g] using (cell(g) && valid(c) && column(c) > 0 ? grow(column(c)) : 0) nooutput
    }
    stats data skip 1 every ::FIRST[g]::LAST[g] using (run(g) && valid(7) && column(7) > 0 ? grow(column(7)) : 0) nooutput
    SPREAD[g] = high / low # without the ideal, which a linear axis can show far from the rest
    stats data skip 1 every ::FIRST[g]::LAST[g] using (timed(g) && valid(10) && column(10) > 0 ? grow(column(10)) : 0) nooutput
    if (stacked) { low = 1; high = 100; SPREAD[g] = 1 }
    HEADING[g] = heading; NOTE[g] = note; ROWS[g] = rows; LOW[g] = low; HIGH[g] = high
    TIMED[g] = medians
    if (panels > 1 && ems(heading) * 17 * PIXEL > panel_wide) { PANEL_HEAD = 96 } # two lines
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
do for [g = 1:panels] {
    left = EDGE + ((g - 1) % across) * (panel_wide + GAP)
    top = TOP[(g - 1) / across + 1]
    rows = ROWS[g]
    FIT_LEFT = left; FIT_WIDE = panel_wide
    if (panels > 1) {
        FIT = HEADING[g]; FIT_TAG = 1; FIT_TOP = top + PANEL_HEAD - 76; FIT_BOLD = 1; FIT_ONE = "18 17"; FIT_TWO = "17 16 15 14 13 12 11"
        load here."fit.gp"
    }
    FIT = NOTE[g]; FIT_TAG = 2; FIT_TOP = top + PANEL_HEAD - 34; FIT_BOLD = 0; FIT_ONE = "15 14 13 12 11"; FIT_TWO = ""
    load here."fit.gp"
    plot_left = left + names * name_size * PIXEL + 14
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
    # What is said in place of a bar has two small lines where one has no room for it.
    fits = int((panel_wide - names * name_size * PIXEL - 30) / 10.4)
    small = int(1.46 * fits)
    blank(s, at) = at < 2 || s[at:at] eq " " ? at : blank(s, at - 1)
    halves(s, at) = at < 2 ? cut(s, small) : s[1:at - 1]."\n".cut(s[at + 1:strlen(s)], small)
    told(s) = strlen(s) <= fits ? s : halves(s, blank(s, small + 1))
    untold(g) = cell(g) && !valid(7)
    alarm(role) = number(role eq "trouble" ? ALARM : GREY)

    # What a row does not have is put above the panel, where it is cut off: gnuplot warns of a
    # series without any valid point.
    y(shown) = shown ? -column(3) : 2
    x(c) = valid(c) && column(c) > 0 ? column(c) / unit : from
    is_winner(g) = cell(g) && strcol(6) eq "winner"
    is_other(g) = cell(g) && strcol(6) ne "winner"

    single(g) = timed(g) && !stacked
    upto(c) = sum [i = 7:c] column(i)
    plot for [c = 7:9] data skip 1 every ::FIRST[g]::LAST[g] using (upto(c)):(y(timed(g) && stacked)):(upto(c) - column(c)):(upto(c)): \
            (y(timed(g) && stacked) - 0.3):(y(timed(g) && stacked) + 0.3) \
            with boxxyerror fillcolor rgb STACKED[c - 6] fillstyle solid noborder, \
        data skip 1 every ::FIRST[g]::LAST[g] using (x(7)):(y(single(g) && !log_axis)):(0):(x(7)): \
            (y(single(g) && !log_axis) - 0.2):(y(single(g) && !log_axis) + 0.3):(colour(strcol(6))) \
            with boxxyerror fillcolor rgb variable fillstyle transparent solid 0.6 noborder, \
        data skip 1 every ::FIRST[g]::LAST[g] using (from):(y(single(g) && log_axis) + 0.05):(to - from):(0) \
            with vectors nohead linecolor rgb PALE linewidth 1.5, \
        data skip 1 every ::FIRST[g]::LAST[g] using (x(10)):(y(single(g) && valid(10)) - MARK):(0):(2 * MARK) \
            with vectors nohead linecolor rgb BLUE linewidth 3, \
        data skip 1 every ::FIRST[g]::LAST[g] using (x(7)):(y(single(g) && log_axis) + 0.05):(colour(strcol(6))) \
            with points pointtype 7 pointsize 2.2 * POINT linecolor rgb variable, \
        data skip 1 every ::FIRST[g]::LAST[g] using (x(7)):(y(single(g) && valid(8)) + 0.05):(x(8)):(x(9)) \
            with xerrorbars pointtype -1 linewidth 2.5 linecolor rgb INK, \
        data skip 1 every ::FIRST[g]::LAST[g] using (x(7)):(y(run(g) && valid(7)) - 0.36) \
            with points pointtype 7 pointsize 0.7 * POINT linecolor rgb SHADE, \
        data skip 1 every ::FIRST[g]::LAST[g] using (from):(y(is_other(g))):(cell(g) ? called(strcol(4)) : "") \
            with labels right offset screen name_by, 0 font plain(name_size) textcolor rgb INK, \
        data skip 1 every ::FIRST[g]::LAST[g] using (from):(y(is_winner(g))):(cell(g) ? called(star(strcol(6)).strcol(4)) : "") \
            with labels right offset screen name_by, 0 font bold(name_size) textcolor rgb GREEN, \
        data skip 1 every ::FIRST[g]::LAST[g] using (to):(y(timed(g) && is_other(g))):(strcol(5)) \
            with labels right offset screen value_by, 0 font plain(17) textcolor rgb INK, \
        data skip 1 every ::FIRST[g]::LAST[g] using (to):(y(is_winner(g))):(strcol(5)) \
            with labels right offset screen value_by, 0 font bold(17) textcolor rgb GREEN, \
        data skip 1 every ::FIRST[g]::LAST[g] using (to):(y(timed(g) && is_other(g) && valid(11))):(times_text(column(11))) \
            with labels right offset screen ratio_by, 0 font plain(17) textcolor rgb INK, \
        data skip 1 every ::FIRST[g]::LAST[g] using (to):(y(timed(g) && strcol(11) eq "n.s.")):(strcol(11)) \
            with labels right offset screen ratio_by, 0 font plain(17) textcolor rgb GREY, \
        data skip 1 every ::FIRST[g]::LAST[g] using (to):(y(is_winner(g) && valid(11))):(times_text(column(11))) \
            with labels right offset screen ratio_by, 0 font bold(17) textcolor rgb GREEN, \
        data skip 1 every ::FIRST[g]::LAST[g] using (from):(y(untold(g) && strlen(strcol(5)) <= fits)):(untold(g) ? told(strcol(5)) : ""):(alarm(strcol(6))) \
            with labels left offset 0.5, 0 font plain(15) textcolor rgb variable, \
        data skip 1 every ::FIRST[g]::LAST[g] using (from):(y(untold(g) && strlen(strcol(5)) > fits)):(untold(g) ? told(strcol(5)) : ""):(alarm(strcol(6))) \
            with labels left offset 0.5, 0.4 font plain(11) textcolor rgb variable
    unset label; unset object
}
unset multiplot
unset output
