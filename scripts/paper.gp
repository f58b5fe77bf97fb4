# The sheet: size, title, where the figures come from, how to read the marks. Loaded by the other
# scripts after style.gp with `tall` (pixels), `title`, `origin`, `legend`, `panels` and `hidden` set.

if (is_png) {
    set terminal pngcairo size WIDE, tall background rgb PAPER font plain(16) noenhanced rounded
} else {
    if (is_pdf) { # half as large, as fits a page across
        set terminal pdfcairo size WIDE / 144.0 in, tall / 144.0 in background rgb PAPER \
            font plain(16) fontscale 0.5 linewidth 0.5 pointscale 0.5 noenhanced rounded
    } else {
        set terminal svg size WIDE, tall background rgb PAPER font plain(16) noenhanced rounded
    }
}
set output out
set multiplot
if (hidden > 0) { origin = sprintf("%s  |  the first %d of %d", origin, panels, panels + hidden) }
set label 101 cut(title, 96) at screen real(EDGE) / WIDE, 1 - 40.0 / tall left font bold(strlen(title) > 76 ? 24 : 28) textcolor rgb INK
set label 102 cut(origin, 150) at screen real(EDGE) / WIDE, 1 - 84.0 / tall left font plain(17) textcolor rgb GREY
set label 103 legend at screen real(EDGE) / WIDE, 24.0 / tall left font plain(15) textcolor rgb GREY
