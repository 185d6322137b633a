/* version.h -- which Orus this is. */
#ifndef ORUS_CLI_VERSION_H
#define ORUS_CLI_VERSION_H

#define ORUS_VERSION "0.1.0"

#endif
