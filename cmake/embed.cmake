# tweestap_embed(TARGET FOLDER HEADER FUNCTION PATTERN...): puts the files of FOLDER that match one of the patterns into TARGET, as the
# function tweestap::FUNCTION() that HEADER declares: a span of pairs of a name and a content, sorted by name. A folder may be
# empty. A file that is added or changed is picked up by the next build. Run as a script (-P), this file writes the generated source.
if(CMAKE_SCRIPT_MODE_FILE)
  string(MAKE_C_IDENTIFIER ${FOLDER} id)
  get_filename_component(out_folder ${OUT} DIRECTORY)
  file(MAKE_DIRECTORY ${out_folder})
  string(REPLACE "," ";" patterns ${PATTERNS})
  list(TRANSFORM patterns PREPEND ${SOURCE}/${FOLDER}/)
  file(GLOB_RECURSE files RELATIVE ${SOURCE}/${FOLDER} ${patterns})
  list(SORT files)
  set(arrays "")
  set(rows "")
  set(number 0)
  foreach(file IN LISTS files)
    file(READ ${SOURCE}/${FOLDER}/${file} hex HEX)
    string(LENGTH "${hex}" length)
    math(EXPR size "${length} / 2")
    # Numbers and not a string literal: bytes above 0x7f and lengths over 64 KiB are then no question of the compiler.
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
    string(REGEX REPLACE "(0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,)" "\\1\n"
           bytes "${bytes}")
    string(APPEND arrays "constexpr unsigned char kFile${number}[] = {\n${bytes}0};\n")
    string(APPEND rows "      {\"${file}\", {reinterpret_cast<const char*>(embedded_${id}::kFile${number}), ${size}}},\n")
    math(EXPR number "${number} + 1")
  endforeach()
  # The arrays have a namespace of their own folder: several of these files may be one translation unit.
  file(WRITE ${OUT} "// Written by cmake/embed.cmake.\n#include \"${HEADER}\"\n\n#include <array>\n\nnamespace embedded_${id} {\n${arrays}"
       "using Files = decltype(tweestap::${FUNCTION}());\n}\n\n"
       "embedded_${id}::Files tweestap::${FUNCTION}() {\n"
       "  static const std::array<embedded_${id}::Files::value_type, ${number}> files{{\n${rows}  }};\n  return files;\n}\n")
  return()
endif()

set(TWEESTAP_EMBED_SCRIPT ${CMAKE_CURRENT_LIST_FILE})

function(tweestap_embed target folder header function)
  set(patterns ${ARGN})
  list(TRANSFORM patterns PREPEND ${CMAKE_SOURCE_DIR}/${folder}/ OUTPUT_VARIABLE globs)
  file(GLOB_RECURSE files CONFIGURE_DEPENDS ${globs})
  string(MAKE_C_IDENTIFIER ${folder} id)
  set(out ${CMAKE_BINARY_DIR}/embedded/${id}.cpp)
  list(JOIN patterns "," joined)  # a list would be several arguments
  add_custom_command(OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -DSOURCE=${CMAKE_SOURCE_DIR} -DFOLDER=${folder} "-DPATTERNS=${joined}" -DHEADER=${header}
      -DFUNCTION=${function} -DOUT=${out} -P ${TWEESTAP_EMBED_SCRIPT}
    DEPENDS ${files} ${TWEESTAP_EMBED_SCRIPT}
    COMMENT "Embedding ${folder}" VERBATIM)
  # By itself, so that a changed text compiles nothing else.
  set_source_files_properties(${out} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  target_sources(${target} PRIVATE ${out})
endfunction()
