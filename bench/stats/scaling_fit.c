#include "bench/stats/scaling_fit.h"

#include <errno.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_multifit_nlinear.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FIT_ITERATIONS = 200, FIT_PARAMETERS = 3 };

/* Log errors below this are the rounding of the computation, not of the law. */
#define FIT_ROUNDING 1e-12

/* A fit that leaves the bounds also leaves the domain of the logarithm. Below this it goes on as
 * its tangent: within the bounds its argument is never below 1. */
#define FIT_LEAST 0.01

/* Parameters are counted in the units that bring the terms at the largest n to 1: kappa n (n - 1)
 * of thousands of workers and sigma (n - 1) of two then weigh alike. */
struct fit_data {
    size_t n;
    double *sigma_term, *kappa_term; /* (n - 1) and n (n - 1), in units */
    double *target;                  /* log (t n), less its mean */
    double mean;
    double sigma_unit, kappa_unit;
};

/* Which parameters are free; the others are kept at their value. */
struct fit_face {
    bool sigma_free, kappa_free;
    double sigma, kappa; /* as in the law */
};

struct fit_problem {
    const struct fit_data *data;
    const struct fit_face *face;
};

struct fit_state { /* log t1 less the mean, sigma and kappa in units; or their standard errors */
    double level, sigma, kappa;
};

struct fit_found {
    struct fit_state at, error;
    double squares;
    size_t free;
};

static double fit_log(double u)
{
    return u >= FIT_LEAST ? log(u) : log(FIT_LEAST) + (u - FIT_LEAST) / FIT_LEAST;
}

static double fit_terms(const struct fit_data *data, const struct fit_state *at, size_t i)
{
    return 1 + at->sigma * data->sigma_term[i] + at->kappa * data->kappa_term[i];
}

static struct fit_state fit_unpack(const struct fit_problem *problem, const gsl_vector *x)
{
    const struct fit_face *face = problem->face;
    size_t next = 1;
    struct fit_state at = {.level = gsl_vector_get(x, 0)};
    at.sigma =
        face->sigma_free ? gsl_vector_get(x, next++) : face->sigma * problem->data->sigma_unit;
    at.kappa = face->kappa_free ? gsl_vector_get(x, next) : face->kappa * problem->data->kappa_unit;
    return at;
}

static int fit_residuals(const gsl_vector *x, void *context, gsl_vector *residuals)
{
    const struct fit_problem *problem = context;
    const struct fit_state at = fit_unpack(problem, x);
    for (size_t i = 0; i < problem->data->n; i++)
        gsl_vector_set(residuals, i,
                       at.level + fit_log(fit_terms(problem->data, &at, i)) -
                           problem->data->target[i]);
    return GSL_SUCCESS;
}

static int fit_slopes(const gsl_vector *x, void *context, gsl_matrix *slopes)
{
    const struct fit_problem *problem = context;
    const struct fit_data *data = problem->data;
    const struct fit_state at = fit_unpack(problem, x);
    for (size_t i = 0; i < data->n; i++) {
        const double u = fmax(fit_terms(data, &at, i), FIT_LEAST);
        size_t next = 1;
        gsl_matrix_set(slopes, i, 0, 1);
        if (problem->face->sigma_free)
            gsl_matrix_set(slopes, i, next++, data->sigma_term[i] / u);
        if (problem->face->kappa_free)
            gsl_matrix_set(slopes, i, next, data->kappa_term[i] / u);
    }
    return GSL_SUCCESS;
}

/* Squared errors with the best level for sigma and kappa, which it sets. */
static double fit_level(const struct fit_data *data, struct fit_state *at)
{
    double sum = 0, squares = 0;
    for (size_t i = 0; i < data->n; i++)
        sum += data->target[i] - fit_log(fit_terms(data, at, i));
    at->level = sum / (double)data->n;
    for (size_t i = 0; i < data->n; i++) {
        const double error = at->level + fit_log(fit_terms(data, at, i)) - data->target[i];
        squares += error * error;
    }
    return squares;
}

/* The best of a coarse grid over the face. Each parameter takes 0 or a power of 10 from where it is
 * nothing at the largest n up to its bound. */
static struct fit_found fit_start(const struct fit_data *data, const struct fit_face *face)
{
    const double sigma_most = data->sigma_unit, kappa_most = SCALING_KAPPA_MOST * data->kappa_unit;
    const double least = 1e-4;
    struct fit_found best = {.squares = INFINITY};
    for (double s = 0; s <= sigma_most; s = s > 0 ? 10 * s : least) {
        for (double k = 0; k <= kappa_most; k = k > 0 ? 10 * k : least) {
            struct fit_found found = {
                .at = {.sigma = face->sigma_free ? s : face->sigma * data->sigma_unit,
                       .kappa = face->kappa_free ? k : face->kappa * data->kappa_unit}};
            found.squares = fit_level(data, &found.at);
            if (found.squares < best.squares)
                best = found;
            if (!face->kappa_free)
                break;
        }
        if (!face->sigma_free)
            break;
    }
    best.error = (struct fit_state){(double)NAN, (double)NAN, (double)NAN};
    best.free = 1 + (size_t)face->sigma_free + (size_t)face->kappa_free;
    return best;
}

static bool fit_within(const struct fit_data *data, const struct fit_state *at)
{
    return at->sigma >= 0 && at->sigma <= data->sigma_unit && at->kappa >= 0 &&
           at->kappa <= SCALING_KAPPA_MOST * data->kappa_unit && isfinite(at->level);
}

/* A parameter that the data say nothing of comes out of the covariance as 0. */
static double fit_error(const gsl_matrix *covariance, size_t i, double variance)
{
    const double own = gsl_matrix_get(covariance, i, i);
    return own > 0 && isfinite(own) ? sqrt(own * variance) : (double)NAN;
}

static void fit_errors(gsl_multifit_nlinear_workspace *work, gsl_matrix *covariance,
                       const struct fit_face *face, struct fit_found *found)
{
    const double variance = found->squares / (double)(work->f->size - found->free);
    size_t next = 1;
    if (gsl_multifit_nlinear_covar(gsl_multifit_nlinear_jac(work), 0, covariance) != GSL_SUCCESS)
        return;
    found->error.level = fit_error(covariance, 0, variance);
    if (face->sigma_free)
        found->error.sigma = fit_error(covariance, next++, variance);
    if (face->kappa_free)
        found->error.kappa = fit_error(covariance, next, variance);
}

/* Levenberg and Marquardt's method on one face, from the best of the grid, with which it ends where
 * the method left the bounds or made nothing better. */
static int fit_face(const struct fit_data *data, const struct fit_face *face,
                    struct fit_found *found)
{
    struct fit_problem problem = {data, face};
    *found = fit_start(data, face);
    gsl_multifit_nlinear_parameters how = gsl_multifit_nlinear_default_parameters();
    gsl_multifit_nlinear_fdf functions = {
        .f = fit_residuals, .df = fit_slopes, .n = data->n, .p = found->free, .params = &problem};
    double begin[FIT_PARAMETERS] = {found->at.level};
    size_t next = 1;
    int info;
    if (face->sigma_free)
        begin[next++] = found->at.sigma;
    if (face->kappa_free)
        begin[next] = found->at.kappa;
    gsl_vector_view x = gsl_vector_view_array(begin, found->free);
    gsl_matrix *covariance = gsl_matrix_alloc(found->free, found->free);
    gsl_multifit_nlinear_workspace *work =
        gsl_multifit_nlinear_alloc(gsl_multifit_nlinear_trust, &how, data->n, found->free);
    if (covariance && work && gsl_multifit_nlinear_init(&x.vector, &functions, work) == 0) {
        /* How it ended does not matter: what it found is judged by itself. */
        gsl_multifit_nlinear_driver(FIT_ITERATIONS, 1e-12, 1e-15, 0, NULL, NULL, &info, work);
        struct fit_state at = fit_unpack(&problem, gsl_multifit_nlinear_position(work));
        const double squares = fit_level(data, &at);
        if (fit_within(data, &at) && squares <= found->squares) {
            found->at = at;
            found->squares = squares;
            fit_errors(work, covariance, face, found);
        }
    }
    const int rc = covariance && work ? 0 : -ENOMEM;
    gsl_matrix_free(covariance);
    gsl_multifit_nlinear_free(work);
    return rc;
}

static struct scaling_law fit_law(const struct fit_data *data, const struct fit_found *found,
                                  size_t parameters)
{
    const double n = (double)data->n, k = (double)parameters + 1; /* the variance is one too */
    const double least = n * FIT_ROUNDING * FIT_ROUNDING;
    const double t1 = exp(found->at.level + data->mean);
    return (struct scaling_law){
        .t1_ns = t1,
        .sigma = fmin(found->at.sigma / data->sigma_unit, 1),
        .kappa = fmin(found->at.kappa / data->kappa_unit, SCALING_KAPPA_MOST),
        .t1_error = t1 * found->error.level,
        .sigma_error = found->error.sigma / data->sigma_unit,
        .kappa_error = found->error.kappa / data->kappa_unit,
        .residual = sqrt(found->squares / (n - (double)found->free)),
        .aicc = n * log(fmax(found->squares, least) / n) + 2 * k + 2 * k * (k + 1) / (n - k - 1),
    };
}

/* The least squares within the bounds lie inside one of these faces, fewest free parameters first;
 * the first three are Amdahl's. */
static const struct fit_face fit_faces[] = {
    {false, false, 0, 0},
    {false, false, 1, 0},
    {true, false, 0, 0},
    {false, false, 0, SCALING_KAPPA_MOST},
    {false, false, 1, SCALING_KAPPA_MOST},
    {true, false, 0, SCALING_KAPPA_MOST},
    {false, true, 0, 0},
    {false, true, 1, 0},
    {true, true, 0, 0},
};
enum { FIT_AMDAHL = 3, FIT_USL = sizeof fit_faces / sizeof *fit_faces };

static int fit_both(const struct fit_data *data, struct scaling_fit *fit)
{
    const double rounding = (double)data->n * FIT_ROUNDING * FIT_ROUNDING;
    struct fit_found best = {.squares = INFINITY};
    for (size_t i = 0; i < FIT_USL; i++) {
        struct fit_found found;
        const int rc = fit_face(data, &fit_faces[i], &found);
        if (rc)
            return rc;
        /* A free parameter must earn its place: otherwise an optimum at a bound would be told with
         * an error that it has not. */
        if (i == 0 || found.squares < best.squares * (1 - 1e-9) - rounding)
            best = found;
        if (i + 1 == FIT_AMDAHL)
            fit->amdahl = fit_law(data, &best, 2);
    }
    fit->usl = fit_law(data, &best, 3);
    fit->usl_preferred = fit->usl.aicc < fit->amdahl.aicc;
    return 0;
}

static int fit_by_workers(const void *left, const void *right)
{
    const struct scaling_point *a = left, *b = right;
    if (a->workers != b->workers)
        return a->workers < b->workers ? -1 : 1;
    return (a->wall_ns > b->wall_ns) - (a->wall_ns < b->wall_ns);
}

static void fit_prepare(struct fit_data *data, const struct scaling_point *sorted)
{
    const double most = sorted[data->n - 1].workers;
    double sum = 0;
    data->sigma_unit = most - 1;
    data->kappa_unit = most * (most - 1);
    for (size_t i = 0; i < data->n; i++) {
        const double workers = sorted[i].workers;
        data->sigma_term[i] = (workers - 1) / data->sigma_unit;
        data->kappa_term[i] = workers / most * data->sigma_term[i];
        data->target[i] = log(sorted[i].wall_ns) + log(workers);
        sum += data->target[i];
    }
    data->mean = sum / (double)data->n;
    for (size_t i = 0; i < data->n; i++)
        data->target[i] -= data->mean;
}

static bool fit_usable(const struct scaling_point *point)
{
    return isfinite(point->workers) && isfinite(point->wall_ns) && point->workers >= 1 &&
           point->workers <= SCALING_WORKERS_MOST && point->wall_ns > 0;
}

static size_t fit_counts(const struct scaling_point *sorted, size_t n)
{
    size_t counts = 0;
    for (size_t i = 0; i < n; i++)
        counts += i == 0 || sorted[i].workers != sorted[i - 1].workers;
    return counts;
}

int scaling_fit(const struct scaling_point *points, size_t n, struct scaling_fit *fit)
{
    *fit = (struct scaling_fit){.points = n};
    if (n == 0)
        return -EDOM;
    for (size_t i = 0; i < n; i++)
        if (!fit_usable(&points[i]))
            return -EINVAL;
    struct scaling_point *sorted = calloc(n, sizeof *sorted);
    double *room = calloc(n, 3 * sizeof *room);
    int rc = sorted && room ? 0 : -ENOMEM;
    if (rc == 0) {
        memcpy(sorted, points, n * sizeof *sorted);
        qsort(sorted, n, sizeof *sorted, fit_by_workers);
        fit->counts = fit_counts(sorted, n);
        rc = fit->counts < SCALING_COUNTS ? -EDOM : 0;
    }
    if (rc == 0) {
        struct fit_data data = {
            .n = n, .sigma_term = room, .kappa_term = room + n, .target = room + 2 * n};
        gsl_error_handler_t *handler = gsl_set_error_handler_off();
        fit_prepare(&data, sorted);
        rc = fit_both(&data, fit);
        gsl_set_error_handler(handler);
    }
    free(room);
    free(sorted);
    return rc;
}

const struct scaling_law *scaling_fit_law(const struct scaling_fit *fit)
{
    return fit->usl_preferred ? &fit->usl : &fit->amdahl;
}

double scaling_law_speedup(const struct scaling_law *law, double workers)
{
    return workers / (1 + law->sigma * (workers - 1) + law->kappa * workers * (workers - 1));
}

double scaling_law_knee(const struct scaling_law *law)
{
    return law->kappa > 0 ? sqrt((1 - law->sigma) / law->kappa) : (double)INFINITY;
}

double scaling_law_peak(const struct scaling_law *law)
{
    if (law->kappa > 0)
        return scaling_law_speedup(law, fmax(1, scaling_law_knee(law)));
    return law->sigma > 0 ? 1 / law->sigma : (double)INFINITY;
}
