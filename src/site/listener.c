#include "site/listener.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG 128
#define DATAGRAM_BUFFER_BYTES (8 * 1024 * 1024)	/* a second and more of a busy firewall, while intake starts anew */

static bool
is_any(struct hn_addr a)
{
	static const struct hn_addr none;

	return hn_addr_eq(a, none);
}

/* One socket address for IPv4 and IPv6: ::ffff:a.b.c.d is an IPv4 address to the kernel too. */
static struct sockaddr_in6
address_of(struct site_listen l)
{
	struct sockaddr_in6 a = { .sin6_family = AF_INET6, .sin6_port = htons(l.port) };

	memcpy(&a.sin6_addr, l.addr.b, sizeof(a.sin6_addr));
	return a;
}

/* Where the kernel has no IPv6 at all, the same with IPv4. */
static int
bind_v4(int type, struct site_listen l, const int *on)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(l.port) };
	const int fd = socket(AF_INET, type, 0);

	if (!is_any(l.addr))
		memcpy(&a.sin_addr, l.addr.b + 12, 4);
	if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, on, sizeof(*on)) == 0 &&
	    bind(fd, (const struct sockaddr *)&a, sizeof(a)) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

static int
bind_socket(int type, struct site_listen l)
{
	const struct sockaddr_in6 a = address_of(l);
	const int on = 1, off = 0;
	const int fd = socket(AF_INET6, type, 0);

	if (fd < 0)
		return errno == EAFNOSUPPORT && (is_any(l.addr) || hn_addr_is_v4(l.addr)) ? bind_v4(type, l, &on) : -1;
	if (setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off)) == 0 &&
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
	    bind(fd, (const struct sockaddr *)&a, sizeof(a)) == 0)
		return fd;
	close(fd);
	return -1;
}

static int
open_socket(const struct site_listener *l)
{
	const int size = DATAGRAM_BUFFER_BYTES, on = 1;
	const int type = (l->is_datagram ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC | SOCK_NONBLOCK;
	const int fd = bind_socket(type, l->at);

	if (fd < 0)
		return -1;
	if (l->is_datagram) {
		if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) != 0)
			(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));	/* as much as there is */
		(void)setsockopt(fd, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof(on));
		return fd;
	}
	if (listen(fd, BACKLOG) == 0)
		return fd;
	close(fd);
	return -1;
}

static int
find(const struct site_listeners *in, const struct site_listener *l)
{
	for (size_t i = 0; in != NULL && i < in->n; i++)
		if (in->row[i].is_datagram == l->is_datagram && in->row[i].at.port == l->at.port &&
		    hn_addr_eq(in->row[i].at.addr, l->at.addr))
			return in->row[i].fd;
	return -1;
}

static bool
has_fd(const struct site_listeners *in, int fd)
{
	for (size_t i = 0; in != NULL && i < in->n; i++)
		if (in->row[i].fd == fd)
			return true;
	return false;
}

void
site_listeners_close(struct site_listeners *l, const struct site_listeners *but)
{
	for (size_t i = 0; i < l->n; i++)
		if (!has_fd(but, l->row[i].fd))
			close(l->row[i].fd);
	l->n = 0;
}

static enum hn_rc
add(struct site_listeners *to, const struct site_listeners *old, struct site_listener l, struct site_listener *bad)
{
	l.fd = find(old, &l);
	if (l.fd < 0)
		l.fd = open_socket(&l);
	if (l.fd < 0) {
		*bad = l;
		return HN_E_IO;
	}
	to->row[to->n++] = l;
	return HN_OK;
}

enum hn_rc
site_listeners_open(const struct site_config *config, bool has_web, const struct site_listeners *old,
    struct site_listeners *out, struct site_listener *bad)
{
	enum hn_rc rc = HN_OK;

	out->n = 0;
	if (has_web)
		rc = add(out, old, (struct site_listener){ .at = config->listen, .is_web = true }, bad);
	for (uint32_t i = 0; rc == HN_OK && i < config->n_sources; i++) {
		const struct site_source *s = &config->source[i];

		if (site_kinds[s->kind].has_listen)
			rc = add(out, old, (struct site_listener){ .at = s->listen, .source = i,
			    .is_datagram = site_kinds[s->kind].is_datagram }, bad);
	}
	if (rc != HN_OK) {
		const int saved = errno;

		site_listeners_close(out, old);
		errno = saved;
	}
	return rc;
}
