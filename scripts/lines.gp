# Line styles 1 to `legends`, told apart by colour and mark and, from the ninth on, by dashes. Loaded
# after paper.gp. SVG's marks are larger than those of the others at the same size.

array COLOUR[8]
COLOUR[1] = BLUE; COLOUR[2] = VERMILLION; COLOUR[3] = GREEN; COLOUR[4] = PURPLE
COLOUR[5] = ORANGE; COLOUR[6] = SKY; COLOUR[7] = BLACK; COLOUR[8] = GREY
array MARK[8]
MARK[1] = 7; MARK[2] = 5; MARK[3] = 9; MARK[4] = 13; MARK[5] = 11; MARK[6] = 6; MARK[7] = 4; MARK[8] = 8
mark_size = is_png || is_pdf ? 1.9 : 1.3
do for [k = 1:legends] {
    dashes = (k - 1) / 8 + 1
    set style line k linecolor rgb COLOUR[(k - 1) % 8 + 1] linewidth 3 pointsize mark_size \
        pointtype MARK[(k - 1) % 8 + 1] dashtype dashes
}
