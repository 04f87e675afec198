/*
 * html: what a payer's browser must find in a page: a form to send, or where the page goes by itself. No more of HTML than that.
 */
#ifndef SANDBOX_HTML_H
#define SANDBOX_HTML_H

#include "form.h"

/* The first form with method="post": its action (empty: the page itself), and the fields that are hidden or on its first button. */
bool html_form(struct arena *, struct span page, struct span *action, struct form *fields);

/* <meta http-equiv="refresh" content="2; url=/there">: the address, or empty for the page itself. */
bool html_refresh(struct arena *, struct span page, struct span *url);

#endif
