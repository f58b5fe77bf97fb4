# CPU time per request (or per task) of call-backs against coroutines, by wait, from the derived file
# callbacks.csv.
# By hand: gnuplot -c scripts/callbacks.gp charts/callbacks.csv callbacks.svg      (or .png)
# Columns: kind,group,place,name,note,role,cpu_ns,low_ns,high_ns,ideal_ns,ratio

if (ARGC < 2 || ARGC > 3) { print "usage: gnuplot -c callbacks.gp callbacks.csv PICTURE.svg|.png|.pdf [light|dark]"; exit status 2 }
data = ARG1; out = ARG2; theme = ARGC > 2 ? ARG3 : "light"; here = ""
do for [i = 1:strlen(ARG0)] { if (ARG0[i:i] eq "/") { here = ARG0[1:i] } }
load here."style.gp"

axis = "CPU time per request or task"
legend = "bar or mark: median    whiskers: its 95% interval (from 6 runs on)    small dots: single runs" \
    ."    x: call-backs over coroutines"
array SWATCH[2] = [ORANGE, SKY]
array SWATCH_SAID[2] = ["call-backs (event)", "coroutines"]
colour(role) = number(role eq "event" ? ORANGE : SKY)
load here."bars.gp"
