/*
 * html.h - texts from anywhere, put into a page. Whatever comes from a result file goes through
 * html_text(); nothing else writes such a text. Write errors show in ferror() of the stream.
 * Thread rules: any thread.
 */
#ifndef BENCH_REPORT_HTML_H
#define BENCH_REPORT_HTML_H

#include <stddef.h>
#include <stdio.h>

/* For elements and quoted attributes alike: & < > " ' as references; a control character, a byte
 * that is no UTF-8, and what turns the direction of reading become "?". */
void html_text(FILE *out, const char *text);

/* The same of a sentence or a cell, in which no line ends between a figure and its unit ("1.2 ms"):
 * those blanks are U+00A0. Not for what is to be typed. */
void html_words(FILE *out, const char *text);

/* <TAG>WORDS</TAG> with a line's end; `attributes` are the caller's own: "" or " class=\"x\"". */
void html_element(FILE *out, const char *tag, const char *attributes, const char *text);

/* A picture as an address that holds it: an image is read without network and without script. */
void html_svg(FILE *out, const char *bytes, size_t count);

void html_base64(FILE *out, const unsigned char *bytes, size_t count);

#endif
