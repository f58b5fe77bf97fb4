# Tasks over time by worker, a column of panels for each workload, from the derived file timeline.csv.
# By hand: gnuplot -c scripts/timeline.gp charts/timeline.csv timeline.svg      (or .png, .pdf)
# Columns: kind,group,panel,lane,name,note,from_ns,to_ns,height,running,ready,blocked

if (ARGC < 2 || ARGC > 3) { print "usage: gnuplot -c timeline.gp timeline.csv PICTURE.svg|.png|.pdf [light|dark]"; exit status 2 }
data = ARG1; out = ARG2; theme = ARGC > 2 ? ARG3 : "light"; here = ""
do for [i = 1:strlen(ARG0)] { if (ARG0[i:i] eq "/") { here = ARG0[1:i] } }
load here."style.gp"

PANELS = 8 # of a column, at the most

# Pixels. Few lanes are high, many are low.
HEAD = 130; FOOT = 86; GROUP_HEAD = 70; PANEL_HEAD = 64; PANEL_FOOT = 48; GAP = 56
INSET = 12 # that the first mark of an axis has room
panel_tall(lanes) = lanes < 5 ? 30.0 * lanes : lanes < 16 ? 150.0 : 192.0

kind(k) = strcol(1) eq k
in_panel(g, p) = column(2) == g && column(3) == p

# What there is to draw.
title = ""; origin = ""; groups = 0; hidden = 0; more = 0
stats data skip 1 using (kind("figure") ? (title = strcol(5), origin = strcol(6), more = int(column(3)), 0) : 0) nooutput
stats data skip 1 using (kind("group") ? (groups = int(column(2)), 0) : 0) nooutput
if (more > 0) { origin = sprintf("%s  |  and %d more cell%s, not drawn", origin, more, more == 1 ? "" : "s") }
array HEADING[2]; array NOTE[2]; array END[2]; array COUNT[2]
array NAME[2 * PANELS]; array TELLS[2 * PANELS]; array LANES[2 * PANELS]; array TOP[2 * PANELS]
lowest = HEAD
do for [g = 1:groups] {
    heading = ""; note = ""; end = 1; panels = 0
    stats data skip 1 using (kind("group") && column(2) == g ? \
        (heading = strcol(5), note = strcol(6), end = column(8), 0) : 0) nooutput
    stats data skip 1 using (kind("panel") && column(2) == g ? (panels = int(column(3)), 0) : 0) nooutput
    HEADING[g] = heading; NOTE[g] = note; END[g] = end; COUNT[g] = panels
}
across = groups > 1 ? 2 : 1
panel_wide = (WIDE - 2.0 * EDGE - (across - 1) * GAP) / across
# What is told of a panel has two lines where one has no room for it.
two_lines(tells) = ems(tells) * 13 * PIXEL * PLAIN_EM > panel_wide
stats data skip 1 using (kind("panel") && two_lines(strcol(6)) ? (PANEL_HEAD = 82, 0) : 0) nooutput
# Panels that stand side by side are equally high.
rows = groups > 1 && COUNT[2] > COUNT[1] ? COUNT[2] : groups > 0 ? COUNT[1] : 0
at = HEAD + GROUP_HEAD
do for [p = 1:rows] {
    high = 30.0
    do for [g = 1:groups] {
        name = ""; tells = ""; lanes = 1
        stats data skip 1 using (kind("panel") && in_panel(g, p) ? \
            (name = strcol(5), tells = strcol(6), lanes = int(column(4)), 0) : 0) nooutput
        NAME[(g - 1) * PANELS + p] = name; TELLS[(g - 1) * PANELS + p] = tells
        LANES[(g - 1) * PANELS + p] = lanes < 1 ? 1 : lanes
        high = panel_tall(lanes) > high ? panel_tall(lanes) : high
        TOP[(g - 1) * PANELS + p] = at
    }
    at = at + PANEL_HEAD + high + PANEL_FOOT
}
tall = at + FOOT

legend = ""
hidden = 0
load here."paper.gp"

tic_font = plain(15) # tics take no function call here

array SAID[6] = ["running", "ready", "blocked", "waiting: ready or blocked", "state unknown", "queued, no worker yet"]
array SHOWN[6] = [BLUE, ORANGE, SKY, GREY, PURPLE, GREY]
array AT[6] = [0, 124, 234, 356, 660, 850]
do for [i = 1:6] {
    set object 200 + i rectangle from screen (EDGE + AT[i]) / real(WIDE), screen (56.0 - (i == 6 ? 2 : 8)) / tall \
        to screen (EDGE + AT[i] + 18) / real(WIDE), screen (56.0 + (i == 6 ? 2 : 8)) / tall \
        fillcolor rgb SHOWN[i] fillstyle solid 1 noborder
    set label 200 + i SAID[i] at screen (EDGE + AT[i] + 26) / real(WIDE), screen 56.0 / tall left font plain(15) textcolor rgb INK
}
set label 220 "bar: one task, in a warm-up that was recorded and took so many times the median. Split in height: only shares are known. Lower: short tasks" \
    at screen real(EDGE) / WIDE, screen 24.0 / tall left font plain(15) textcolor rgb GREY

do for [g = 1:groups] { do for [p = 1:COUNT[g]] {
    k = (g - 1) * PANELS + p
    left = EDGE + (g - 1) * (panel_wide + GAP)
    top = TOP[k]
    lanes = LANES[k]
    if (p == 1) {
        set label 1 cut(HEADING[g], int(panel_wide / 13.6)) at screen left / WIDE, screen 1 - (HEAD + 6.0) / tall \
            left font bold(20) textcolor rgb INK
        set label 2 cut(NOTE[g], int(panel_wide / 10.8)) at screen left / WIDE, screen 1 - (HEAD + 34.0) / tall \
            left font plain(15) textcolor rgb GREY
    }
    set label 3 cut(NAME[k], int(panel_wide / 12)) at screen left / WIDE, screen 1 - (top + 12.0) / tall \
        left font bold(17) textcolor rgb INK
    FIT = TELLS[k]; FIT_TAG = 4; FIT_LEFT = left; FIT_WIDE = panel_wide; FIT_BOLD = 0
    FIT_TOP = top + (two_lines(FIT) ? 46 : 36); FIT_ONE = "14 13"; FIT_TWO = "13 12 11 10"
    load here."fit.gp"
    high = panel_tall(lanes)
    set lmargin at screen (left + INSET) / WIDE
    set rmargin at screen (left + panel_wide - INSET) / WIDE
    set tmargin at screen 1 - (top + PANEL_HEAD - 10.0) / tall
    set bmargin at screen 1 - (top + PANEL_HEAD - 10.0 + high) / tall
    unit = unit_of(END[g])
    to = END[g] / unit
    set xrange [0:to * 1.005]
    set yrange [-lanes - 0.5:-0.5]
    unset ytics
    set xtics 0, step(to, across > 1 ? 6 : 12) nomirror scale 0.5 font tic_font textcolor rgb INK
    set format x sprintf("%%g %s", unit_name(unit))
    set border 1 linecolor rgb GREY
    set grid xtics linetype 1 linecolor rgb PALE linewidth 1

    # A bar fills most of its lane, from its base up; what a row does not have is put above the panel.
    thick = lanes < 16 ? 0.84 : 0.7
    on(what) = kind(what) && in_panel(g, p)
    a_bar(i) = (kind("bar") || kind("part") || kind("span")) && in_panel(g, p)
    known(i) = valid(10) && valid(11) && valid(12) ? column(10) + column(11) + column(12) : valid(10) ? 1 : 0
    share(c) = a_bar(0) && valid(c) && column(c) > 0
    tall_of(i) = i == 1 ? column(10) : i == 2 ? column(11) : i == 3 ? column(12) : i == 4 ? 1 - column(10) : 1 - known(0)
    below(i) = i == 2 || i == 4 ? column(10) : i == 3 ? column(10) + column(11) : i == 5 ? known(0) : 0
    has(i) = i == 1 ? share(10) : i == 2 ? share(11) : i == 3 ? share(12) : i == 4 ? a_bar(0) && valid(10) && !valid(11) \
        : a_bar(0) && known(0) < 0.999
    base(i) = -column(4) - thick / 2
    low(i) = has(i) ? base(i) + thick * column(9) * below(i) : 2
    up(i) = has(i) ? base(i) + thick * column(9) * (below(i) + tall_of(i)) : 2
    # Bars end at whole pixels, so that no seam shows where one follows another. One is left between
    # two tasks. Nothing is so short that it vanishes: what lasts less than a 700th of the axis has as
    # much room before the next bar.
    SHEET = is_png ? (WIDE - 1.0) / WIDE : 1.0 # a PNG ends at the middles of its outer pixels
    pixel = 1.005 * to / ((panel_wide - 2 * INSET) * SHEET)
    origin_at = (left + INSET) * SHEET + (is_png ? 0.5 : 0.0)
    whole(x) = (floor(origin_at + x / pixel + 0.5) - origin_at) * pixel
    end_of(from, end) = end - from > 5 * pixel ? (kind("bar") ? end - pixel : end) : end - from > to / 700 ? end : from + to / 700
    # A task that ends in something short leaves that pixel to what follows in its lane.
    ended = 0; follows = 0
    ends(from, end) = kind("bar") && end - from <= 5 * pixel ? column(4) : 0
    turn(from, end) = (follows = ended == column(4), ended = a_bar(0) ? ends(from, end) : ended, from)
    start_of(from, end) = follows && end - from > 5 * pixel ? from + pixel : from
    plot for [i = 1:5] data skip 1 using (turn(column(7) / unit, column(8) / unit)):(low(i)):(whole(start_of(column(7) / unit, column(8) / unit))):(whole(end_of(column(7) / unit, column(8) / unit))):(low(i)):(up(i)) \
            with boxxyerror fillcolor rgb SHOWN[i] fillstyle solid 1 noborder, \
        data skip 1 using (column(7) / unit):(on("queued") ? -column(4) : 2):((column(8) - column(7)) / unit):(0) \
            with vectors nohead linecolor rgb GREY linewidth 1.5
    unset label; unset object
} }
unset multiplot
unset output
