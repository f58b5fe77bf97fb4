# What the charts of bench share: colours, fonts, paper, and reading helpers. Loaded by the other
# scripts after `out` (the picture to make) and `here` (the folder of the scripts) are set.
#
# Texts come from result files that may come from anywhere. They are used only as string values:
# nothing here evaluates, expands or runs one, and no markup is read in them.

# Okabe and Ito's colours, told apart by colour-blind readers (Color Universal Design, 2008).
BLACK = "#000000"; ORANGE = "#E69F00"; SKY = "#56B4E9"; GREEN = "#009E73"
BLUE = "#0072B2"; VERMILLION = "#D55E00"; PURPLE = "#CC79A7"; GREY = "#808080"
PALE = "#D9D9D9"; INK = "#222222"

WIDE = 1600; EDGE = 24
is_png = strlen(out) > 4 && out[strlen(out)-3:] eq ".png"
# The SVG terminal of gnuplot 5.4 has no bold and takes ":Bold" for a part of the font's name.
plain(size) = sprintf("%s,%d", is_png ? "sans" : "sans-serif", size)
bold(size) = sprintf("%s,%d", is_png ? "sans:Bold" : "sans-serif", size)

set encoding utf8
set datafile separator comma
set datafile missing "NaN"
unset key

# Cuts text to n characters.
cut(text, n) = strlen(text) > n ? text[1:(n > 3 ? n - 3 : 1)]."..." : text

# The unit in which a time in nanoseconds is read most easily.
unit_of(ns) = ns < 1e3 ? 1 : ns < 1e6 ? 1e3 : ns < 1e9 ? 1e6 : 1e9
unit_name(unit) = unit == 1 ? "ns" : unit == 1e3 ? "us" : unit == 1e6 ? "ms" : "s"

# A step of 1, 2, 2.5 or 5 times a power of ten that divides `range` into about n parts.
power(x) = 10.0**floor(log10(x))
nice(x) = x <= 1 ? 1 : x <= 2 ? 2 : x <= 2.5 ? 2.5 : x <= 5 ? 5 : 10
step(range, n) = power(range / n) * nice(range / n / power(range / n))

# A time with its unit, for the marks of an axis over several units.
time_text(ns) = sprintf("%g %s", ns / unit_of(ns), unit_name(unit_of(ns)))
times_text(ratio) = ratio < 0.01 ? "<0.01x" : sprintf(ratio < 10 ? "%.2fx" : ratio < 100 ? "%.1fx" : "%.0fx", ratio)
