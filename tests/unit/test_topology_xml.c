/* The tree of a machine that goes into a result folder, and what others may have put there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/machine/topology_internal.h"
#include "bench/machine/topology_xml.h"

#define TOP    "<topology version=\"2.0\">"
#define SETS   "cpuset=\"0x1\" complete_cpuset=\"0x1\" nodeset=\"0x1\" complete_nodeset=\"0x1\""
#define OBJECT "<object type=\"Machine\" os_index=\"0\" " SETS " gp_index=\"1\">"
#define PU     "<object type=\"PU\" os_index=\"0\" " SETS " gp_index=\"2\"/>"
#define END    "</object></topology>"

static char *export_of(const char *spec, size_t *size)
{
    struct topology *topology = NULL;
    struct error err = {""};
    char *text = NULL;
    assert_int_equal(topology_load(&topology, spec, NULL, &err), 0);
    assert_int_equal(topology_xml(topology, &text, size, &err), 0);
    topology_free(topology);
    return text;
}

/* NULL where it is refused; `err` then has why. */
static char *clean(const char *text, size_t size, struct topology_tally *tally, struct error *err)
{
    char *made = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&made, &length);
    assert_non_null(out);
    const int code = topology_xml_clean(out, text, size, tally, err);
    fclose(out);
    assert_true(code == 0 || code == -EINVAL);
    if (code == 0)
        return made;
    free(made);
    return NULL;
}

static void a_machine_is_the_same_machine_again(void **state)
{
    static const char *const specs[] = {"pack:2 l3:2 l2:2 core:1 pu:2", "numa:2 pack:1 core:2 pu:1",
                                        "pu:1"};
    (void)state;
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
        hwloc_topology_t again, before;
        size_t size = 0;
        char *text = export_of(specs[i], &size);
        assert_int_equal(strlen(text), size);
        assert_int_equal(hwloc_topology_init(&again), 0);
        assert_int_equal(hwloc_topology_init(&before), 0);
        assert_int_equal(hwloc_topology_set_xmlbuffer(again, text, (int)size + 1), 0);
        assert_int_equal(hwloc_topology_load(again), 0);
        assert_int_equal(hwloc_topology_set_synthetic(before, specs[i]), 0);
        assert_int_equal(hwloc_topology_load(before), 0);
        assert_int_equal(hwloc_topology_get_depth(again), hwloc_topology_get_depth(before));
        for (int depth = 0; depth < hwloc_topology_get_depth(again); depth++)
            assert_int_equal(hwloc_get_nbobjs_by_depth(again, depth),
                             hwloc_get_nbobjs_by_depth(before, depth));
        hwloc_topology_destroy(again);
        hwloc_topology_destroy(before);
        free(text);
    }
}

static void what_is_there_is_counted(void **state)
{
    struct topology_tally tally;
    struct error err = {""};
    size_t size = 0;
    (void)state;
    char *text = export_of("pack:2 l3:2(size=33554432) l2:3(size=1048576) core:1 pu:2", &size);
    char *made = clean(text, size, &tally, &err);
    assert_non_null(made);
    assert_string_equal(made, text); /* a second time nothing is left to be taken away */
    assert_int_equal(tally.packages, 2);
    assert_int_equal(tally.nodes, 1);
    assert_int_equal(tally.cores, 12);
    assert_int_equal(tally.pus, 24);
    assert_int_equal(tally.caches[2].count, 4);
    assert_int_equal(tally.caches[2].least, 33554432);
    assert_int_equal(tally.caches[2].most, 33554432);
    assert_int_equal(tally.caches[1].count, 12);
    assert_int_equal(tally.caches[0].count, 0);
    free(made);
    free(text);
}

static void nothing_else_is_kept(void **state)
{
    static const char text[] =
        "<?xml version=\"1.0\"?>\n<!DOCTYPE topology SYSTEM \"hwloc2.dtd\">\n" TOP
        "<object type=\"Machine\" os_index=\"0\" name=\"secret\" id=\"obj1\" " SETS ">"
        "<info name=\"HostName\" value=\"secret &lt;&amp;&gt;\"/>"
        "<info name=\"DMIProductSerial\" value=\"secret\"/>" PU
        "<object type=\"Bridge\"><object type=\"OSDev\" name=\"secret0\">"
        "<info name=\"Address\" value=\"secret\"/></object></object>"
        "<userdata name=\"x\" length=\"6\">secret</userdata></object>"
        "<distances2 type=\"PU\"><indexes length=\"3\">secret</indexes></distances2>"
        "<support name=\"secret\"/><cpukind cpuset=\"0x1\"><info name=\"a\" value=\"secret\"/>"
        "</cpukind></topology>";
    struct topology_tally tally;
    struct error err = {""};
    (void)state;
    char *made = clean(text, sizeof text - 1, &tally, &err);
    if (!made)
        fail_msg("refused: %s", err.text);
    assert_null(strstr(made, "secret"));
    assert_string_equal(made, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                              "<!DOCTYPE topology SYSTEM \"hwloc2.dtd\">\n" TOP "\n"
                              "  <object type=\"Machine\" os_index=\"0\" " SETS ">\n    " PU "\n"
                              "  </object>\n</topology>\n");
    free(made);
}

static void this_machine_keeps_its_name_to_itself(void **state)
{
    size_t size = 0;
    (void)state;
    char *text = export_of(NULL, &size);
    assert_null(strstr(text, "info"));
    assert_null(strstr(text, "name="));
    assert_null(strstr(text, "PCI"));
    free(text);
}

static void refused(const char *text, const char *why)
{
    struct topology_tally tally;
    struct error err = {""};
    char *made = clean(text, strlen(text), &tally, &err);
    if (made)
        fail_msg("taken: %s", text);
    if (!strstr(err.text, why))
        fail_msg("%s: expected \"%s\" in \"%s\"", text, why, err.text);
}

static void what_hwloc_would_not_write_is_refused(void **state)
{
    (void)state;
    refused("", "ends too early");
    refused("no XML", "text between");
    refused("<object type=\"PU\"/>", "no topology");
    refused("<topology version=\"2.0\"/>", "no hardware thread");
    refused(TOP OBJECT END, "no hardware thread");
    refused(TOP OBJECT PU END TOP, "no topology");
    refused(TOP "<!ENTITY a \"b\">" OBJECT PU END, "no topology");
    refused("<!DOCTYPE topology [<!ENTITY a \"b\">]>" TOP OBJECT PU END, "text between");
    refused(TOP OBJECT PU "&a;" END, "text between");
    refused(TOP OBJECT PU "</topology>", "another element");
    refused(TOP OBJECT "<object type=\"PU\" os_index=\"4294967295\"/>" END, "os_index");
    refused(TOP OBJECT "<object type=\"PU\" os_index=\"1048576\"/>" END, "os_index");
    refused(TOP OBJECT "<object type=\"PU\" cpuset=\"&a;\"/>" END, "cpuset");
    refused(TOP OBJECT "<object type=\"PU\" os_index=\"-1\"/>" END, "os_index");
    refused(TOP OBJECT "<object type=\"PU\" cpuset=\"0x1/>" END, "is missing");
    refused(TOP OBJECT "<object type=\"PU\" cpuset=\"0x1/><info name=\"a\"/>" END, "no end");
    refused(TOP OBJECT "<object type=\"L3Cache\" cache_size=\"1e9\"/>" PU END, "cache_size");
    refused("\n\n" TOP OBJECT "<object type=PU/>" END, "line 3: the value of type");
}

static void depth_is_bounded(void **state)
{
    char text[8192] = TOP;
    (void)state;
    for (size_t i = 0; i < 70; i++)
        strcat(text, "<object type=\"Group\">");
    refused(text, "within each other");
}

/* Whatever byte it ends at or has in another's place: an answer, and no more. */
static void cut_and_changed_texts_are_survived(void **state)
{
    struct topology_tally tally;
    struct error err = {""};
    size_t size = 0;
    (void)state;
    char *text = export_of("pack:1 core:2 pu:1", &size);
    for (size_t cut = 0; cut + 1 < size; cut++) {
        char *part = malloc(cut + 1); /* of its own, so that a sanitizer sees reads past its end */
        assert_non_null(part);
        memcpy(part, text, cut);
        assert_null(clean(part, cut, &tally, &err));
        free(part);
    }
    for (size_t at = 0; at < size; at++)
        for (size_t i = 0; i < 6; i++) {
            const char before = text[at];
            text[at] = "<>\"/\0 "[i];
            free(clean(text, size, &tally, &err));
            text[at] = before;
        }
    free(text);
}

static void huge_machines_are_left_out(void **state)
{
    struct topology *topology = NULL;
    struct error err = {""};
    char *text = NULL;
    size_t size = 0;
    (void)state;
    assert_int_equal(topology_load(&topology, "pack:2 core:64 pu:64", NULL, &err), 0);
    assert_int_equal(topology_xml(topology, &text, &size, &err), -E2BIG);
    assert_null(text);
    topology_free(topology);
    text = export_of("pack:8 l3:8 l2:32 l1:1 core:1 pu:2", &size);
    assert_true(size < TOPOLOGY_XML_MOST);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_machine_is_the_same_machine_again),
        cmocka_unit_test(what_is_there_is_counted),
        cmocka_unit_test(nothing_else_is_kept),
        cmocka_unit_test(this_machine_keeps_its_name_to_itself),
        cmocka_unit_test(what_hwloc_would_not_write_is_refused),
        cmocka_unit_test(depth_is_bounded),
        cmocka_unit_test(cut_and_changed_texts_are_survived),
        cmocka_unit_test(huge_machines_are_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
