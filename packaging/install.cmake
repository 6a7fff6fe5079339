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
