# How long short and long tasks wait for their turn, by mode and schedule, from the derived file
# waiting.csv.
# By hand: gnuplot -c scripts/waiting.gp charts/waiting.csv waiting.svg      (or .png)
# Columns: kind,group,place,name,note,role,waiting_ns,low_ns,high_ns,turnaround_ns,ratio

if (ARGC < 2 || ARGC > 3) { print "usage: gnuplot -c waiting.gp waiting.csv PICTURE.svg|.png|.pdf [light|dark]"; exit status 2 }
data = ARG1; out = ARG2; theme = ARGC > 2 ? ARG3 : "light"; here = ""
do for [i = 1:strlen(ARG0)] { if (ARG0[i:i] eq "/") { here = ARG0[1:i] } }
load here."style.gp"

axis = "waiting for a turn, mean of the tasks"
legend = "whiskers: 95% interval    small dots: single runs    upright line: turnaround" \
    ."    x: over fcfs (n.s.: no difference seen)"
array SWATCH[2] = [SKY, ORANGE]
array SWATCH_SAID[2] = ["short tasks", "long tasks"]
colour(role) = number(role eq "short" ? SKY : ORANGE)
MARK = 0.4 # so that lines of two rows do not meet: they are no one figure
load here."bars.gp"
