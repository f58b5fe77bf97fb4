# What charts of lines have in common: what there is to draw, and room for the legend and the panels.
# Loaded after style.gp with `data` and PANELS (the most that are drawn) set. The columns of `data`
# begin: kind,group,line,name,note.

# Pixels.
HEAD = 130; PANEL_HEAD = 84; PANEL_FOOT = 98; GAP = 44; RIGHT = 24; KEY_ROW = 36
LEGEND_NAME = 34 # characters of a name, at the most

kind(k) = strcol(1) eq k
title = ""; origin = ""; groups = 0; legends = 0; names = 8
# Of many groups the file holds the first; how many there are, the figure's row says.
stats data skip 1 using (kind("figure") ? \
    (groups = int(column(2)), title = strcol(4), origin = strcol(5), 0) : 0) nooutput
stats data skip 1 using (kind("group") && column(2) > groups ? (groups = int(column(2)), 0) : 0) nooutput
stats data skip 1 using (kind("line") ? (legends = int(column(3)), \
    names = strlen(strcol(4)) > names ? strlen(strcol(4)) : names, 0) : 0) nooutput
panels = groups < PANELS ? groups : PANELS
hidden = groups - panels
across = panels > 1 ? 2 : 1
lines = (panels + across - 1) / across
if (panels == 1) { PANEL_HEAD = 36 } # the sheet's title says what it found
panel_wide = (WIDE - 2.0 * EDGE - (across - 1) * GAP) / across

array HEADING[PANELS]; array NOTE[PANELS]
do for [g = 1:panels] {
    heading = ""; note = ""
    stats data skip 1 using (kind("group") && column(2) == g ? \
        (heading = strcol(4), note = strcol(5), 0) : 0) nooutput
    HEADING[g] = heading; NOTE[g] = note
    if (panels > 1 && ems(heading) * 15 * PIXEL > panel_wide) { PANEL_HEAD = 104 } # two lines
}
array NAME[legends > 0 ? legends : 1]
do for [k = 1:legends] {
    name = ""
    stats data skip 1 using (kind("line") && column(3) == k ? (name = strcol(4), 0) : 0) nooutput
    NAME[k] = name
}

# The legend is common to all panels: a line in one has the same colour in all.
names = names < LEGEND_NAME ? names : LEGEND_NAME
KEY_NAME = names * 12.2 + 104
key_across = int((WIDE - 2.0 * EDGE) / KEY_NAME)
if (!exists("key_first")) { key_first = 1 }
key_rows = (legends + 1 - key_first + key_across - 1) / key_across
panels_top = HEAD + key_rows * KEY_ROW

# The ends of what a panel shows, from a first value on.
grow(value) = (low = low <= value ? low : value, high = high >= value ? high : value, 0)

tic_font = plain(15) # tics take no function call here
