#include "bench/help.h"

#include <stdio.h>
#include <string.h>

#include "bench/command_line.h"
#include "bench/say.h"

static const char general[] =
    "bench measures how best to run work concurrently: it runs one workload under\n"
    "every mode (serial, threads, processes, pools, coroutines, call-backs) on this\n"
    "machine's usable cores, records every repetition, and says which mode won and by how much.\n"
    "\n"
    "  bench --workload cpu --mode process       run, with a serial baseline\n"
    "  bench --workload cpu,file --mode all      every mode for two workloads\n"
    "  bench --workload tcp --mode thread,coroutine,event --wait auto,uring\n"
    "\n"
    "Commands:\n"
    "  run       run workloads under modes (the default command)\n"
    "  list      workloads with their parameters, modes, waits\n"
    "  machine   topology, usable cores and why, conditions\n"
    "  plot      draw the charts of result folders again\n"
    "  report    one page about a run, to show to others\n"
    "  export    one run as JSON, Markdown, or trace events for Perfetto\n"
    "  compare   set runs side by side: before and after, or machines\n"
    "  doctor    what disturbs measuring here, and how small a difference can be seen\n"
    "  suite     claims about concurrency, each run and judged here: bench suite notes\n"
    "  help      help on a command: bench help run\n"
    "\n"
    "Options: --help, --version\n"
    "Exit status: 0 done; 1 a repetition or the run failed, or a cell was skipped because of a\n"
    "limit of the machine; 2 bad input; 3 compare found the regression that it was asked for;\n"
    "130 interrupted.\n";

static const char run[] =
    "bench [run] --workload W[,W...]|all --mode M[,M...]|all [options]\n"
    "\n"
    "Runs every workload under every mode with every number of workers. Cells run in blocks,\n"
    "each block every cell once, in a random order drawn from the seed; the serial baseline is\n"
    "added where it is missing and takes no more than a minute.\n"
    "\n"
    "  --workload W,...   what one task does (bench list workloads)\n"
    "  --mode M,...       how tasks are made concurrent (bench list modes)\n"
    "  --set W.P=V,...    a workload's parameter, or several values of it\n"
    "  --wait W,...       how a task waits for IO (bench list waits), or all. Modes whose\n"
    "                     workers block take blocking; coroutine modes and event take any\n"
    "                     event loop                                           [auto]\n"
    "  --workers N,...    workers at once: N, N,M, A..B, Nx (N per usable core) or auto.\n"
    "                     Default: one per usable core; thread, thread-gil, process and\n"
    "                     process-spawn start one per task, and --workers caps how many live\n"
    "                     at once\n"
    "  --width N          tasks at once within a worker: coroutines, call-backs, or the\n"
    "                     threads of a process in process-thread               [all of its share]\n"
    "  --stack WHERE      coroutines' stacks: own (guarded up to 16384 in a process), or shared:\n"
    "                     one per worker, what is on it copied out at waits; auto takes\n"
    "                     shared above 16384                                   [auto]\n"
    "  --stack-size SIZE  of each own stack, or of the shared one     [64KiB; shared 256KiB]\n"
    "  --schedule S,...   order in which tasks get a worker: fcfs, sjf, priority or lifo, of the\n"
    "                     queue of a pool or of coroutines; rr and mlfq, of coroutines, take\n"
    "                     turns at the workload's yield points           [the mode's own]\n"
    "  --slice TIME       of a turn with rr; with mlfq on the top level, and\n"
    "                     twice as long on each below it                       [1ms]\n"
    "  --levels N         of mlfq                                              [3]\n"
    "  --boost TIME       mlfq lifts all tasks to the top level that often, or off  [100ms]\n"
    "  --switch-interval TIME  after which a thread of thread-gil is asked to\n"
    "                     hand the interpreter lock over                       [5ms]\n"
    "  --tasks N,...      tasks per repetition: N, N,M, or Nx (N per usable core)\n"
    "                                              [64; tcp: one per connection]\n"
    "  --rate R           tasks arrive at R per second in all, ready or not (open loop); with\n"
    "                     tcp its requests do. Latency counts from the intended moment,\n"
    "                     waiting in the queue apart from service\n"
    "  --arrivals HOW     at that rate: constant, or poisson                   [constant]\n"
    "  --precision P      go on until each median is known to +-P; the cells that are\n"
    "                     stop running                                          [2%]\n"
    "  --min-runs N       measured blocks at the least                          [10]\n"
    "  --max-runs N       and at the most                                       [50]\n"
    "  --max-time TIME    start no further block after that long           [no limit]\n"
    "  --runs N           this many measured blocks, whatever the precision\n"
    "  --invocations K    the whole again K times, which shows the noise between runs [1]\n"
    "  --pause TIME       between two invocations                              [10s]\n"
    "  --append DIR       one more invocation (or K) of the run in DIR, on the same machine\n"
    "                     and build; other options but --pause and --max-time come from it\n"
    "  --exclusive        wait until no other run of bench is under way on this machine\n"
    "  --resume DIR       finish the run in DIR where it was stopped or failed, on the same "
    "machine\n"
    "                     and build; --max-time counts anew; exit status: the whole run's\n"
    "  --no-reference     without the fixed reference cell in every block\n"
    "  --warmup N         warm-up blocks, kept and flagged; memory is measured\n"
    "                     in them                                               [1]\n"
    "  --pin WHERE        bind workers: none, core, pu or numa                  [none]\n"
    "  --on-limit WHAT    a cell that a limit of this machine stands in the way of: skip it, fail\n"
    "                     before anything starts, or clamp it to as many at once as fit   [skip]\n"
    "  --submit HOW       how pools are fed: async, or sync (one at a time)     [async]\n"
    "  --queue N          capacity of a pool's queue, rounded up to a power\n"
    "                     of two                                                [4096]\n"
    "  --timeout TIME     longest time of one repetition, without its\n"
    "                     set-up                            [60s + 10 x its estimate]\n"
    "  --seed N           of the order of cells and of the workloads' data      [1]\n"
    "  --topology SPEC    count cores on a machine that is not here, for example\n"
    "                     \"pack:2 core:4 pu:2\"; pinning is simulated\n"
    "  --label NAME       first part of the result folder's name      [the host's name]\n"
    "  --output DIR       the result folder itself     [results/LABEL-UTCTIME]\n"
    "  --dry-run          print the plan and the estimated time, run nothing; with --resume\n"
    "                     also how much of it is left\n"
    "  --quiet            no progress and no notes on stderr\n"
    "\n"
    "Numbers may be written 1e6 or 2k, sizes 64KiB or 4MiB, times 50ms or 1.5s.\n"
    "\n"
    "The result folder holds timings.csv (a row per repetition), tasks.csv (a row per task of one\n"
    "repetition per cell), states.csv (when each ran, was ready or blocked), machine.json and\n"
    "charts/. docs/results.md explains them,\n"
    "docs/method.md says how each figure is obtained.\n";

static const char list[] =
    "bench list [workloads|modes|waits|columns] [--names]\n"
    "\n"
    "Lists workloads with their parameters, defaults and ranges, modes, waits, and the columns of\n"
    "timings.csv. --names prints bare names, one a line, for scripts.\n";

static const char machine[] =
    "bench machine [--topology SPEC] [--json]\n"
    "\n"
    "Prints what bench knows of this machine: CPU, caches, topology, usable cores and why,\n"
    "conditions and limits. --json prints the same facts as machine.json holds them.\n";

static const char plot[] =
    "bench plot DIR... [options]\n"
    "\n"
    "Draws the charts of each result folder from its CSV files, into DIR/charts/. Those that the\n"
    "data cannot carry are left out, and it says why. Of two folders or more, the first one also\n"
    "gets what compares them. Pictures need gnuplot (Debian: apt-get install gnuplot-nox).\n"
    "\n"
    "  --chart NAME,...     wall, speedup, timeline, states, latency, memory, crossover, waiting,\n"
    "                       callbacks, machines                              [all]\n"
    "  --format FORMAT,...  svg, png, pdf                                    [svg,png]\n"
    "  --theme THEME        light or dark                                    [light]\n"
    "  --terminal           print the charts as text instead, as wide as the terminal or, where\n"
    "                       it goes elsewhere, as $COLUMNS says [100]; needs no gnuplot\n"
    "\n"
    "docs/charts.md says how to read each chart and how to draw one by hand.\n";

static const char report[] =
    "bench report DIR... [--output FILE]\n"
    "\n"
    "Writes one self-contained HTML page about the run in DIR: the verdict, figures and charts of\n"
    "each workload, the machine, what disturbed the run, and the command to do it again. Further\n"
    "folders are compared with the first one. The page needs no network and no script, and is "
    "made\n"
    "for a phone, for print, light and dark. Charts need gnuplot (apt-get install gnuplot-nox), "
    "the\n"
    "drawing of the machine lstopo (apt-get install hwloc-nox). docs/report.md tells more.\n"
    "\n"
    "  --output FILE   the page; - for standard output                [DIR/report.html]\n";
static const char export[] =
    "bench export DIR --format FORMAT [--output FILE]\n"
    "\n"
    "Writes one run in a form for other tools, from its CSV files and machine.json.\n"
    "\n"
    "  --format FORMAT   json: figures and verdicts of all cells, with the measured wall times\n"
    "                    markdown: verdicts and tables, for an issue or a pull request\n"
    "                    perfetto: trace events of the tasks in tasks.csv, a track per worker,\n"
    "                    for ui.perfetto.dev or chrome://tracing\n"
    "  --output FILE     written whole or not at all                   [standard output]\n"
    "\n"
    "docs/results.md describes each form, and how to read the CSV files elsewhere.\n";

static const char compare[] =
    "bench compare [LABEL=]DIR [LABEL=]DIR... [options]\n"
    "bench compare DIR [options]\n"
    "\n"
    "Sets runs side by side with the first one, the base: before and after on one machine, or\n"
    "different machines. For each cell that both have: medians, the ratio with its 95% interval,\n"
    "the p of a Mann-Whitney test, corrected for the number of cells, and a verdict: faster,\n"
    "slower, equivalent or inconclusive. Then speed-ups over each machine's own serial, which "
    "mode\n"
    "wins where, the geometric mean, and every difference between machines and builds. One run\n"
    "alone: its own works (--set cpu.rounds=A,B) side by side, block by block, which is surest.\n"
    "\n"
    "  --min-effect P           ratios within P are alike                              [2%]\n"
    "  --filter PATTERN         only cells whose WORKLOAD/MODE matches, for example 'cpu/*'\n"
    "  --sort ORDER             file, work, ratio, name, p or change                 [file]\n"
    "  --format FORMAT          table, markdown, csv or json                        [table]\n"
    "  --fail-on-regression P   exit status 3 where a cell is slower, and by more than P; 1 where\n"
    "                           no cell could be compared\n"
    "  --seed N                 of the bootstrap's resamples                            [1]\n"
    "\n"
    "Repetitions of one invocation share the machine's mood, so one invocation a side proves\n"
    "little: its intervals include the noise that bench doctor measured or, where nobody did, a\n"
    "drift of 20%. Measure again by bench run --append DIR, or with --invocations.\n";

static const char doctor[] =
    "bench doctor [--time TIME] [options]\n"
    "\n"
    "Tells what on this machine disturbs measuring and how to mend it, then measures the noise\n"
    "floor: the same work again and again (computing and sleeping, on one core and on all), and\n"
    "from it the smallest difference that can be seen within a run and between runs.\n"
    "\n"
    "  --time TIME    how long to measure, at least 1s; short times measure little,\n"
    "                 and drift over hours needs hours                       [2m]\n"
    "  --label NAME   first part of the result folder's name        [doctor-HOST]\n"
    "  --output DIR   the result folder itself          [results/LABEL-UTCTIME]\n"
    "  --exclusive    wait until no other run of bench is under way on this machine\n"
    "  --quiet        no progress and no notes on stderr\n"
    "\n"
    "The noise between invocations is stored in $XDG_STATE_HOME/bench/noise.json (without it\n"
    "~/.local/state/bench/noise.json) for this machine and kernel. Later runs take it into their\n"
    "machine.json, and bench compare uses it where a side has one invocation. Figures older than\n"
    "30 days are not used; measure again after changes of the machine.\n";

static const char suite[] =
    "bench suite notes [--only C8,C12] [options]\n"
    "bench suite crossover [options]\n"
    "bench suite --resume DIR [--python=PATH] [--max-time TIME] [--exclusive] [--dry-run]\n"
    "                         [--quiet]\n"
    "bench suite --list\n"
    "\n"
    "notes runs each claim of the teaching notes on concurrency for real, in under five\n"
    "minutes, and says of each: holds, does not hold, or cannot be tested here, with the figures\n"
    "and the reason. All cells of the claims are one plan and run in blocks, as those of bench\n"
    "run; the result folder holds claims.csv beside the usual files. docs/claims.md tells when a\n"
    "claim holds.\n"
    "\n"
    "crossover runs work with 0% to 100% of waiting with one worker up to four per core, and\n"
    "prints a map of which mode wins where, in about a minute on two cores; on more than\n"
    "sixteen --max-time must be longer. docs/charts.md tells how to read the map.\n"
    "\n"
    "  --only C,...     notes: these claims alone                           [all]\n"
    "  --full           notes: their own sizes, such as 40,000 threads; crossover: all modes and\n"
    "                   more shares: takes far longer\n"
    "  --list           the claims, and the command lines that run them; runs nothing\n"
    "  --python[=PATH]  notes: their programs in CPython, too, as rows beside ours: what the\n"
    "                   language costs and what the strategy costs\n"
    "  --runs N         measured blocks; fewer than 6 show nothing         [12]\n"
    "  --max-time TIME  start no further block after that long   [220s; --full: none]\n"
    "  --exclusive      wait until no other run of bench is under way on this machine\n"
    "  --seed N         of the order of cells and of the workloads' data    [1]\n"
    "  --label NAME     first part of the result folder's name              [the host's name]\n"
    "  --output DIR     the result folder itself                            "
    "[results/LABEL-UTCTIME]\n"
    "  --resume DIR     finish the suite in DIR where it was stopped, on the same machine and\n"
    "                   build; an interpreter that was named must be named again\n"
    "  --dry-run        print the plan and the estimated time, run nothing; with --resume\n"
    "                   also how much of it is left\n"
    "  --quiet          no progress and no notes on stderr\n"
    "\n"
    "The exit status is 0 whatever the verdicts are, and 1 where a repetition failed that no\n"
    "claim wants to fail.\n";

static const char help[] = "bench help [COMMAND]\n\nHelp on bench, or on one command.\n";

const char *const help_commands[] = {"run",     "list",   "machine", "plot", "report", "export",
                                     "compare", "doctor", "suite",   "help", NULL};
static const char *const texts[] = {run,    list,    machine, plot,  report,
                                    export, compare, doctor,  suite, help};

int help_print(const char *command)
{
    size_t i = 0;
    if (!command) {
        return fputs(general, stdout) < 0 || fflush(stdout) != 0;
    }
    for (; help_commands[i]; i++) {
        if (strcmp(help_commands[i], command) == 0) {
            return fputs(texts[i], stdout) < 0 || fflush(stdout) != 0;
        }
    }
    struct error err;
    command_line_unknown(&err, "command", command, help_commands, i);
    say("%s", err.text);
    return 2;
}
