# The place of panel `g`, its heading and its note. Loaded in the loop over the panels with
# `panel_tall` (pixels from one to the next below it) and AXIS (pixels for the marks at the left)
# set; sets `left` and `top`.

left = EDGE + ((g - 1) % across) * (panel_wide + GAP)
top = panels_top + ((g - 1) / across) * panel_tall
if (g == 1) { load here."key.gp" }
FIT_LEFT = left; FIT_WIDE = panel_wide
if (panels > 1) {
    FIT = HEADING[g]; FIT_TAG = 1; FIT_TOP = top + PANEL_HEAD - (PANEL_HEAD > 84 ? 86 : 76); FIT_BOLD = 1; FIT_ONE = "17 16 15"; FIT_TWO = "16 15 14 13 12 11"
    load here."fit.gp"
}
FIT = NOTE[g]; FIT_TAG = 2; FIT_TOP = top + PANEL_HEAD - 34; FIT_BOLD = 0; FIT_ONE = "15 14 13 12"; FIT_TWO = "12 11 10"
load here."fit.gp"
set lmargin at screen (left + AXIS) / WIDE
set rmargin at screen (left + panel_wide - RIGHT) / WIDE
unset logscale; unset xtics; unset ytics
set border 3 linecolor rgb GREY
set grid xtics ytics linetype 1 linecolor rgb PALE linewidth 1
set datafile missing NaN # a row of another line breaks this one off unless it is passed over
