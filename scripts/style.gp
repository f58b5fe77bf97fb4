# What the charts of bench share: colours, fonts, paper, and reading helpers. Loaded by the other
# scripts after `out` (the picture to make) and `here` (the folder of the scripts) are set.
#
# Texts come from result files that may come from anywhere. They are used only as string values:
# nothing here evaluates, expands or runs one, and no markup is read in them.

# Okabe and Ito's colours, told apart by colour-blind readers (Color Universal Design, 2008). On dark
# paper the dark ones among them are lighter, so that they stand off by three to one at the least.
# PAPER, INK, PALE (grids) and SHADE (single runs, see-through) belong to the sheet; ALARM is for words of
# what went wrong, which are thinner than bars: four and a half to one. No two are alike.
LIGHT = "#000000 #E69F00 #56B4E9 #009E73 #0072B2 #D55E00 #CC79A7 #6B6B6B #FFFFFF #D9D9D9 #222222 #B04A00"
DARK  = "#FFFFFF #E69F00 #56B4E9 #22C39A #2F6FE0 #FF7A2E #D98CB8 #9AA3AD #14171C #363C46 #E6E8EB #FF8A4C"
colour(k) = word(exists("theme") && theme eq "dark" ? DARK : LIGHT, k)
BLACK = colour(1); ORANGE = colour(2); SKY = colour(3); GREEN = colour(4); BLUE = colour(5); VERMILLION = colour(6)
PURPLE = colour(7); GREY = colour(8); PAPER = colour(9); PALE = colour(10); INK = colour(11); ALARM = colour(12)
SHADE = "#90".INK[2:7]
# For a page that follows its reader's theme: light, with a style sheet beside the picture that makes
# it dark.
if (exists("theme") && theme eq "page") {
    set print out.".css"
    print "@media screen and (prefers-color-scheme: dark) {"
    do for [k = 1:words(LIGHT)] {
        if (word(LIGHT, k) eq word(DARK, k)) { continue }
        do for [what in "fill stroke color flood-color"] {
            print sprintf("[%s=\"%s\" i]{%s:%s}", what, word(LIGHT, k), what, word(DARK, k))
        }
        # So a hatch has its colour.
        print sprintf("[style*=\"stroke:%s\" i]{stroke:%s!important}", word(LIGHT, k), word(DARK, k))
    }
    print "}"
    set print
}
# A colour as the number that `rgb variable` takes.
digit(c) = strstrt("0123456789ABCDEF", c) - 1
byte(c, at) = 16 * digit(c[at:at]) + digit(c[at + 1:at + 1])
number(c) = 65536 * byte(c, 2) + 256 * byte(c, 4) + byte(c, 6)

WIDE = 1600; EDGE = 24
ending = strlen(out) > 4 ? out[strlen(out)-3:] : ""
is_png = ending eq ".png"
is_pdf = ending eq ".pdf"
POINT = is_png || is_pdf ? 1 : 0.6 # marks of the SVG terminal are larger than those of the others
# The SVG terminal of gnuplot 5.4 has no bold and takes ":Bold" for a part of the font's name.
plain(size) = sprintf("%s,%d", is_png || is_pdf ? "sans" : "sans-serif", size)
bold(size) = sprintf("%s,%d", is_png || is_pdf ? "sans:Bold" : "sans-serif", size)

# How wide a character of bold DejaVu Sans is, rather too wide than too narrow, in em: which a font of
# one point has PIXEL of. Other fonts are narrower, plain ones PLAIN_EM times as wide.
PIXEL = 4.0 / 3; PLAIN_EM = 0.92; STAR = "★"
em(c) = strstrt(" ijlIJ.;:!|/'", c) ? 0.40 : strstrt("tfr()[]*-{}", c) ? 0.50 : strstrt("mwMW%@", c) ? 1.08 \
    : strstrt("ABCDEFGHKLNOPQRSTUVXYZ+=#~<>&?", c) ? 0.85 : 0.71
ems(text) = strlen(text) == 0 ? 0 : sum [i = 1:strlen(text)] em(text[i:i])

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
# A size with its unit, for powers of two.
size_text(bytes) = bytes < 1024 ? sprintf("%g B", bytes) : bytes < 1048576 ? sprintf("%g KiB", bytes / 1024) \
    : bytes < 1073741824 ? sprintf("%g MiB", bytes / 1048576) : sprintf("%g GiB", bytes / 1073741824)
