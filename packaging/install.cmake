# SPDX-License-Identifier: Apache-2.0
# The manual and the completion of shells, written by the programs themselves.

set(written ${CMAKE_BINARY_DIR}/written)
add_custom_command(
  OUTPUT ${written}/done
  COMMAND ${CMAKE_COMMAND} -E rm -rf ${written}
  COMMAND ${CMAKE_COMMAND} -E make_directory ${written}/man ${written}/bash ${written}/zsh
  COMMAND kmesh-kernel man --into ${written}/man
  COMMAND kmesh-route man > ${written}/man/kmesh-route.1
  COMMAND kmesh-kernel completion bash > ${written}/bash/kmesh-kernel
  COMMAND kmesh-route completion bash > ${written}/bash/kmesh-route
  COMMAND kmesh-kernel completion zsh > ${written}/zsh/_kmesh-kernel
  COMMAND kmesh-route completion zsh > ${written}/zsh/_kmesh-route
  COMMAND ${CMAKE_COMMAND} -E touch ${written}/done
  DEPENDS kmesh-kernel kmesh-route ${CMAKE_SOURCE_DIR}/kernel/baselines.toml
  COMMENT "manual and completion"
  VERBATIM)
add_custom_target(written ALL DEPENDS ${written}/done)

# What `make install` lays out below PREFIX. Programs find their data by their own place (src/verbs/call.h), so the whole can be
# moved; nothing of PREFIX is compiled in. A distribution may have other folders for these:
set(KMESH_DOC share/doc/kmesh-kernel CACHE STRING "folder of the documents below PREFIX")
set(KMESH_ZSH share/zsh/site-functions CACHE STRING "folder of zsh's functions below PREFIX")

install(TARGETS kmesh-kernel kmesh-route DESTINATION bin)
install(TARGETS guest_init DESTINATION libexec/kmesh/guest)
get_property(probes GLOBAL PROPERTY KMESH_PROBES)
install(TARGETS ${probes} DESTINATION libexec/kmesh/guest/probes)

# the archive: sources alone, whatever was built beside them
install(FILES kernel/baselines.toml DESTINATION share/kmesh/kernel)
install(DIRECTORY kernel/patches kernel/configs kernel/rpm DESTINATION share/kmesh/kernel USE_SOURCE_PERMISSIONS
        PATTERN checkpatch-exceptions EXCLUDE)
install(DIRECTORY kernel/ko_src DESTINATION share/kmesh/kernel
        FILES_MATCHING PATTERN "*.c" PATTERN "*.h" PATTERN Kbuild PATTERN Makefile PATTERN "*.mod.c" EXCLUDE)

install(DIRECTORY ${written}/man/ DESTINATION share/man/man1)
install(DIRECTORY ${written}/bash/ DESTINATION share/bash-completion/completions)
install(DIRECTORY ${written}/zsh/ DESTINATION ${KMESH_ZSH})
install(FILES README.md ARCHITECTURE.md DESTINATION ${KMESH_DOC})
install(DIRECTORY docs LICENSES DESTINATION ${KMESH_DOC})
