// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * /proc/kmesh/probe: write the number of a TCP socket's descriptor, read what
 * the BPF programs of this machine say to it. The treatment is applied for
 * real; a verdict is only shown. For operators and for the proof of the
 * features; needs CAP_NET_ADMIN in the first user namespace.
 *
 * All state hangs at the open file. procfs closes what is still open when the
 * entry is removed, so the module can go while somebody holds a descriptor;
 * that one then reads EIO.
 */
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/mutex.h>
#include <linux/net.h>
#include <linux/proc_fs.h>
#include <linux/slab.h>
#include <net/inet_sock.h>
#include <net/sock.h>

#include "kmesh_head.h"
#include "kmesh_probe.h"
#include "kmesh_request.h"
#include "kmesh_treat.h"

#define ANSWER_MAX 1024

static const char sample_head[] = "GET /probe HTTP/1.1\r\nHost: kmesh\r\n\r\n";

struct probe_file {
	struct mutex lock; /* one question at a time; all that follows */
	struct kmesh_request *shown; /* what the programs may write */
	struct kmesh_request *kept; /* the same, out of their reach */
	struct kmesh_held *held;
	unsigned int fired; /* by the witness, with preemption off */
	size_t answer_len;
	char answer[ANSWER_MAX];
};

/*
 * Counts this file's own firings. Runs for everybody's, with preemption off;
 * only the one fired under pf->lock can match.
 */
static void probe_witness(void *data, struct kmesh_request *req)
{
	struct probe_file *pf = data;

	if (req == pf->shown)
		pf->fired++;
}

/* Context: pf->lock held. */
static void write_answer(struct probe_file *pf, const struct kmesh_treatment *t,
			 int deny, enum kmesh_by by,
			 const struct kmesh_verdict *v)
{
	const struct kmesh_inputs *in = &pf->kept->in;
	size_t n = 0;

#define ANSWER(fmt, ...) \
	(n += scnprintf(pf->answer + n, ANSWER_MAX - n, fmt "\n", __VA_ARGS__))
	ANSWER("treat.errno=%u", t->words[KMESH_TREAT_ERRNO]);
	ANSWER("treat.mark=%u", t->words[KMESH_TREAT_MARK]);
	ANSWER("treat.grace_ms=%u", t->words[KMESH_TREAT_GRACE]);
	ANSWER("treat.flags=%u", t->words[KMESH_TREAT_FLAGS]);
	ANSWER("treat.given=%d", t->given);
	ANSWER("treat.refused=%d", t->refused);
	ANSWER("treat.deny=%d", -deny);
	ANSWER("request.fired=%u", pf->fired);
	ANSWER("request.altered=%d",
	       !!memcmp(&pf->shown->in, in, sizeof(*in)));
	ANSWER("request.cgroup_id=%llu", in->cgroup_id);
	ANSWER("request.cookie=%llu", in->cookie);
	ANSWER("request.family=%u", in->family);
	ANSWER("request.port=%u", ntohs(in->port));
	ANSWER("request.bytes_len=%u", in->bytes_len);
	ANSWER("verdict.action=%u", v->action);
	ANSWER("verdict.refused=%d", by == KMESH_BY_REFUSED);
	ANSWER("verdict.family=%u", v->family);
	ANSWER("verdict.port=%u", ntohs(v->port));
	ANSWER("verdict.route=%u", v->route);
	if (v->family == AF_INET6)
		ANSWER("verdict.addr=%pI6c", v->addr);
	else
		ANSWER("verdict.addr=%pI4", v->addr);
#undef ANSWER
	pf->answer_len = n;
}

/* Where the socket is connected to, or zeros. Context: socket lock held. */
static void peer_of(struct sock *sk, struct sockaddr_in6 *peer)
{
	struct sockaddr_in *four = (void *)peer;

	memset(peer, 0, sizeof(*peer));
	peer->sin6_family = sk->sk_family;
	peer->sin6_port = inet_sk(sk)->inet_dport;
#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6)
		peer->sin6_addr = sk->sk_v6_daddr;
	else
#endif
		four->sin_addr.s_addr = inet_sk(sk)->inet_daddr;
}

/* Sleeps: it waits for the socket's owner. Context: pf->lock held. */
static void put_question(struct probe_file *pf, struct sock *sk)
{
	struct kmesh_verdict verdict;
	struct kmesh_treatment t;
	struct sockaddr_in6 peer;
	enum kmesh_by by;
	int deny;

	pf->fired = 0;
	lock_sock(sk);
	kmesh_treat_ask(sk, NULL, &t);
	deny = kmesh_treat_apply(sk, &t);
	peer_of(sk, &peer);
	kmesh_request_fill(pf->kept, sk, (void *)&peer, pf->held);
	memcpy(pf->shown, pf->kept, sizeof(*pf->shown));
	by = kmesh_request_ask(pf->shown, &verdict);
	release_sock(sk);
	write_answer(pf, &t, deny, by, &verdict);
}

static bool is_tcp(const struct sock *sk)
{
	return (sk->sk_family == AF_INET || sk->sk_family == AF_INET6) &&
	       sk->sk_type == SOCK_STREAM && sk->sk_protocol == IPPROTO_TCP;
}

/* The opener's right is not handed on with the descriptor: ask the writer. */
static ssize_t probe_write(struct file *file, const char __user *buf,
			   size_t count, loff_t *ppos)
{
	struct probe_file *pf = file->private_data;
	struct socket *sock;
	int fd, err;

	if (!capable(CAP_NET_ADMIN))
		return -EPERM;
	err = kstrtoint_from_user(buf, count, 10, &fd);
	if (err)
		return err;
	sock = sockfd_lookup(fd, &err);
	if (!sock)
		return err;
	err = -EPROTONOSUPPORT;
	if (!is_tcp(sock->sk))
		goto out_put;
	err = mutex_lock_interruptible(&pf->lock);
	if (err)
		goto out_put;
	put_question(pf, sock->sk);
	mutex_unlock(&pf->lock);
	/* the answer is read from its start */
	*ppos = 0;
out_put:
	sockfd_put(sock);
	return err ? err : count;
}

static ssize_t probe_read(struct file *file, char __user *buf, size_t count,
			  loff_t *ppos)
{
	struct probe_file *pf = file->private_data;
	ssize_t n;

	n = mutex_lock_interruptible(&pf->lock);
	if (n)
		return n;
	n = simple_read_from_buffer(buf, count, ppos, pf->answer,
				    pf->answer_len);
	mutex_unlock(&pf->lock);
	return n;
}

static void free_file(struct probe_file *pf)
{
	if (pf->shown)
		kmesh_request_free(pf->shown);
	if (pf->kept)
		kmesh_request_free(pf->kept);
	kmesh_held_free(pf->held);
	kfree(pf);
}

static struct probe_file *new_file(void)
{
	const size_t len = sizeof(sample_head) - 1;
	struct probe_file *pf;

	pf = kzalloc(sizeof(*pf), GFP_KERNEL_ACCOUNT);
	if (!pf)
		return NULL;
	pf->shown = kmesh_request_alloc();
	pf->kept = kmesh_request_alloc();
	pf->held = kzalloc(sizeof(*pf->held), GFP_KERNEL_ACCOUNT);
	if (pf->held)
		pf->held->bytes = kmemdup(sample_head, len, GFP_KERNEL_ACCOUNT);
	if (!pf->shown || !pf->kept || !pf->held || !pf->held->bytes) {
		free_file(pf);
		return NULL;
	}
	mutex_init(&pf->lock);
	pf->held->len = len;
	kmesh_head_start(&pf->held->head);
	kmesh_head_parse(&pf->held->head, pf->held->bytes, len);
	return pf;
}

static int probe_open(struct inode *inode, struct file *file)
{
	struct probe_file *pf;
	int err;

	if (!capable(CAP_NET_ADMIN))
		return -EPERM;
	pf = new_file();
	if (!pf)
		return -ENOMEM;
	err = kmesh_request_witness(probe_witness, pf);
	if (err) {
		free_file(pf);
		return err;
	}
	file->private_data = pf;
	return 0;
}

static int probe_release(struct inode *inode, struct file *file)
{
	struct probe_file *pf = file->private_data;

	kmesh_request_unwitness(probe_witness, pf);
	free_file(pf);
	return 0;
}

static const struct proc_ops probe_ops = {
	.proc_open = probe_open,
	.proc_read = probe_read,
	.proc_write = probe_write,
	.proc_lseek = default_llseek,
	.proc_release = probe_release,
};

int __init kmesh_probe_show(struct proc_dir_entry *dir)
{
	return proc_create("probe", 0600, dir, &probe_ops) ? 0 : -ENOMEM;
}
