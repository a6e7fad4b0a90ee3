/* SPDX-License-Identifier: Apache-2.0 */
/* A thread that takes edges from the kernel before it drops them. For gpio_v1.c alone. */
#ifndef DAVY_PORT_GPIO_V1_EDGES_H
#define DAVY_PORT_GPIO_V1_EDGES_H

#include "port/gpio_chip.h"

struct edge_reader;
struct edge_queue;

struct edge_reader *edge_reader_new(void);	   /* NULL with errno */
void edge_reader_free(struct edge_reader *reader); /* after its queues; accepts NULL */

/* Take the edges of this line's event descriptor from now on; NULL with errno. */
struct edge_queue *edge_queue_new(struct edge_reader *reader, int fd);
void edge_queue_free(struct edge_queue *queue); /* before the descriptor is closed; accepts NULL */
int edge_queue_fd(const struct edge_queue *queue); /* readable while edges wait */
/* As gpio_request_read. */
int edge_queue_take(struct edge_queue *queue, struct gpio_raw_edge edges[GPIO_EDGES]);

#endif
