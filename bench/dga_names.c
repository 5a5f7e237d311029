/*
 * dga_names: names on standard input, one a line; a score for each on standard output: the higher, the likelier made up.
 * For bench/quality/score.py.
 */
#include <stdio.h>

#include "detect/contact.h"
#include "detect/made_up.h"

int
main(void)
{
	struct scope scope = { 0 };
	struct contacts *c = contacts_new(1, &scope);
	char line[1024];

	if (c == NULL)
		return 2;
	while (fgets(line, sizeof(line), stdin) != NULL) {
		struct hn_view name = hn_view_trim(hn_view_of(line)), label, site;

		for (size_t i = 0; i < name.n; i++)
			line[i + (size_t)(name.p - line)] = hn_lower(name.p[i]);
		site = contact_site(c, name);
		(void)hn_view_cut(&site, '.', &label);
		printf("%.4f\n", made_up_score(label));
	}
	contacts_free(c);
	return 0;
}
