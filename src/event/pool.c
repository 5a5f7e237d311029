#include "event/pool.h"

#include <assert.h>
#include <pthread.h>
#include <stdbool.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/mem.h"

struct jobs {
	struct hn_job *first, **last;
};

struct hn_pool {
	struct hn_loop *loop;
	struct hn_watch watch;		/* eventfd: something is finished */
	pthread_mutex_t lock;		/* over todo, finished, closing */
	pthread_cond_t has_work;
	struct jobs todo, finished;
	bool closing;
	size_t in_pool, jobs_max;	/* the loop's own */
	pthread_t threads[HN_POOL_THREADS_MAX];
	size_t n_threads;
};

static void
append(struct jobs *q, struct hn_job *job)
{
	job->next = NULL;
	*q->last = job;
	q->last = &job->next;
}

static struct hn_job *
take_first(struct jobs *q)
{
	struct hn_job *job = q->first;

	if (job == NULL)
		return NULL;
	q->first = job->next;
	if (q->first == NULL)
		q->last = &q->first;
	return job;
}

static void *
run_thread(void *arg)
{
	struct hn_pool *p = arg;
	const uint64_t one = 1;

	pthread_mutex_lock(&p->lock);
	for (;;) {
		struct hn_job *job;

		while (p->todo.first == NULL && !p->closing)
			pthread_cond_wait(&p->has_work, &p->lock);
		if (p->closing)
			break;
		job = take_first(&p->todo);
		pthread_mutex_unlock(&p->lock);
		job->work(job);
		pthread_mutex_lock(&p->lock);
		append(&p->finished, job);
		if (write(p->watch.fd, &one, sizeof(one)) != (ssize_t)sizeof(one))
			assert(false && "an eventfd takes a one");
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

static void
finish(void *arg, uint32_t events)
{
	struct hn_pool *p = arg;
	struct hn_job *job;
	uint64_t count;

	(void)events;
	if (read(p->watch.fd, &count, sizeof(count)) != (ssize_t)sizeof(count))
		return;
	for (;;) {
		pthread_mutex_lock(&p->lock);
		job = take_first(&p->finished);
		pthread_mutex_unlock(&p->lock);
		if (job == NULL)
			return;
		assert(p->in_pool > 0);
		p->in_pool--;
		job->done(job);
	}
}

static enum hn_rc
start(struct hn_pool *p, size_t threads, struct hn_err *err)
{
	p->watch = (struct hn_watch){ .ready = finish, .arg = p, .fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK) };
	if (p->watch.fd < 0)
		return HN_FAIL(err, HN_E_IO, 0, "eventfd");
	const enum hn_rc rc = hn_loop_add(p->loop, &p->watch, EPOLLIN, err);

	if (rc != HN_OK)
		return rc;
	for (; p->n_threads < threads; p->n_threads++)
		if (pthread_create(&p->threads[p->n_threads], NULL, run_thread, p) != 0)
			return HN_FAIL(err, HN_E_IO, p->n_threads, "pthread_create");
	return HN_OK;
}

enum hn_rc
hn_pool_new(struct hn_loop *l, size_t threads, size_t jobs_max, struct hn_pool **out, struct hn_err *err)
{
	struct hn_pool *p = hn_alloc(1, sizeof(*p));
	enum hn_rc rc;

	assert(threads > 0 && threads <= HN_POOL_THREADS_MAX && jobs_max > 0);
	if (p == NULL)
		return HN_FAIL(err, HN_E_NOMEM, 0, "pool");
	p->loop = l;
	p->jobs_max = jobs_max;
	p->todo.last = &p->todo.first;
	p->finished.last = &p->finished.first;
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->has_work, NULL);
	rc = start(p, threads, err);
	if (rc != HN_OK) {
		hn_pool_free(p);
		return rc;
	}
	*out = p;
	return HN_OK;
}

void
hn_pool_free(struct hn_pool *p)
{
	struct hn_job *job;

	if (p == NULL)
		return;
	pthread_mutex_lock(&p->lock);
	p->closing = true;
	pthread_cond_broadcast(&p->has_work);
	pthread_mutex_unlock(&p->lock);
	for (size_t i = 0; i < p->n_threads; i++)
		pthread_join(p->threads[i], NULL);
	if (p->watch.fd >= 0) {
		hn_loop_remove(p->loop, &p->watch);
		close(p->watch.fd);
	}
	while ((job = take_first(&p->finished)) != NULL || (job = take_first(&p->todo)) != NULL)
		job->done(job);
	pthread_cond_destroy(&p->has_work);
	pthread_mutex_destroy(&p->lock);
	hn_free(p);
}

enum hn_rc
hn_pool_submit(struct hn_pool *p, struct hn_job *job)
{
	assert(job->work != NULL && job->done != NULL);
	if (p->in_pool == p->jobs_max)
		return HN_E_AGAIN;
	p->in_pool++;
	pthread_mutex_lock(&p->lock);
	append(&p->todo, job);
	pthread_cond_signal(&p->has_work);
	pthread_mutex_unlock(&p->lock);
	return HN_OK;
}
