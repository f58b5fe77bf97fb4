# What tasks spend their time on, by mode, from the derived file states.csv.
# By hand: gnuplot -c scripts/states.gp charts/states.csv states.svg      (or .png, .pdf)
# Columns: kind,group,place,name,note,role,running_percent,ready_percent,blocked_percent,total_ns,ratio

if (ARGC < 2 || ARGC > 3) { print "usage: gnuplot -c states.gp states.csv PICTURE.svg|.png|.pdf [light|dark]"; exit status 2 }
data = ARG1; out = ARG2; theme = ARGC > 2 ? ARG3 : "light"; here = ""
do for [i = 1:strlen(ARG0)] { if (ARG0[i:i] eq "/") { here = ARG0[1:i] } }
load here."style.gp"

axis = "share of the tasks' summed time"
legend = "bars: shares of the tasks' summed time, which stands at the right    medians of the runs"
array STACKED[3] = [BLUE, ORANGE, SKY]
array SWATCH[3] = [BLUE, ORANGE, SKY]
array SWATCH_SAID[3] = ["running on a CPU", "ready: waiting for a CPU", "blocked: waiting for anything else"]
colour(role) = number(SKY)
load here."bars.gp"
