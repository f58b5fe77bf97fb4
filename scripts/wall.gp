# Wall time by mode, a panel for each workload, from the derived file wall.csv.
# By hand: gnuplot -c scripts/wall.gp charts/wall.csv wall.svg      (or wall.png)
# Columns: kind,group,place,name,note,role,wall_ns,low_ns,high_ns,ideal_ns,speedup

if (ARGC < 2 || ARGC > 3) { print "usage: gnuplot -c wall.gp wall.csv PICTURE.svg|.png|.pdf [light|dark]"; exit status 2 }
data = ARG1; out = ARG2; theme = ARGC > 2 ? ARG3 : "light"; here = ""
do for [i = 1:strlen(ARG0)] { if (ARG0[i:i] eq "/") { here = ARG0[1:i] } }
load here."style.gp"

axis = "wall time"
legend = "bar or mark: median    whiskers: its 95% interval (from 6 runs on)    small dots: single runs" \
    ."    upright line: ideal    x: speed-up over serial"
array SWATCH[3] = [GREEN, GREY, SKY]
array SWATCH_SAID[3] = [STAR." winner: every rival is seen to be slower", "serial", "other modes"]
colour(role) = number(role eq "winner" ? GREEN : role eq "serial" ? GREY : SKY)
load here."bars.gp"
