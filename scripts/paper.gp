# The sheet: size, title, where the figures come from, how to read the marks. Loaded by the other
# scripts after style.gp with `tall` (pixels), `title`, `origin`, `legend`, `panels` and `hidden` set.

if (is_png) {
    set terminal pngcairo size WIDE, tall background rgb PAPER font plain(16) noenhanced rounded
} else {
    if (is_pdf) { # half as large, as fits a page across
        set terminal pdfcairo size WIDE / 144.0 in, tall / 144.0 in background rgb PAPER \
            font plain(16) fontscale 0.5 linewidth 0.5 pointscale 0.5 noenhanced rounded
    } else { # of which a point is a pixel; its marks of axes need some room more than the others do
        set terminal svg size WIDE, tall background rgb PAPER font plain(16) fontscale 1.2 noenhanced rounded
    }
}
set output out
set multiplot
if (hidden > 0) { origin = sprintf("%s  |  the first %d of %d", origin, panels, panels + hidden) }
FIT_LEFT = EDGE; FIT_WIDE = WIDE - 2 * EDGE
FIT = title; FIT_TAG = 101; FIT_TOP = 46; FIT_BOLD = 1; FIT_ONE = "28 24"; FIT_TWO = "24 21 18 16 14 12"
load here."fit.gp"
FIT = origin; FIT_TAG = 102; FIT_TOP = fit_break > 0 ? 102 : 90; FIT_BOLD = 0; FIT_ONE = "17 15 14 13 12 11 10"; FIT_TWO = ""
load here."fit.gp"
FIT = legend; FIT_TAG = 103; FIT_TOP = tall - 26; FIT_ONE = "15 14"; FIT_TWO = "14 13 12"
if (legend ne "") { load here."fit.gp" }

# What colours mean, where SWATCH and SWATCH_SAID tell it: 56 pixels from the bottom.
if (exists("SWATCH")) {
    swatch_at = EDGE
    do for [k = 1:|SWATCH|] {
        set object 200 + k rectangle from screen real(swatch_at) / WIDE, screen 48.0 / tall \
            to screen (swatch_at + 18.0) / WIDE, screen 64.0 / tall fillcolor rgb SWATCH[k] fillstyle solid 1 noborder
        set label 200 + k SWATCH_SAID[k] at screen (swatch_at + 26.0) / WIDE, screen 56.0 / tall \
            left font plain(15) textcolor rgb INK
        swatch_at = swatch_at + 26 + ems(SWATCH_SAID[k]) * 15 * PIXEL * PLAIN_EM + 24
    }
}
