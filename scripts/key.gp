# The legend of a chart of lines, above all panels: a line has the same colour in each. Loaded inside
# the first panel, with NAME[1..legends], `names` (characters), KEY_NAME, KEY_ROW, key_across, HEAD
# and key_first (0: the ideal, of style IDEAL, comes first; else 1) set.

do for [k = key_first:legends] {
    place = k - key_first
    x = EDGE + (place % key_across) * KEY_NAME
    y = 1 - (HEAD - 4.0 + (place / key_across) * KEY_ROW) / tall
    style = k == 0 ? IDEAL : k
    set arrow 200 + k from screen x / WIDE, y to screen (x + 56) / WIDE, y nohead linestyle style
    words = k == 0 ? "ideal" : cut(NAME[k], names)
    set label 200 + k words \
        at screen (x + 68) / WIDE, y left font plain(17) textcolor rgb INK
    if (k > 0) {
        set label 300 + k "" at screen (x + 28) / WIDE, y point linestyle style
    }
}
