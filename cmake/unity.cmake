# tweestap_unity(TARGET): compiles some files of TARGET at a time as one translation unit, since most of a file's compile
# time is what all of them include and instantiate. So names differ within a folder, also in anonymous namespaces: any two
# files may meet. `cmake -DCMAKE_UNITY_BUILD=OFF` compiles each by itself, which is quicker for whoever edits one.
function(tweestap_unity target)
  if(NOT DEFINED CMAKE_UNITY_BUILD)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON)
  endif()
  get_target_property(unity ${target} UNITY_BUILD)
  if(NOT unity)
    return()
  endif()
  # Six: every core has units to compile, and a change of one file does not compile its whole folder.
  set_target_properties(${target} PROPERTIES UNITY_BUILD_BATCH_SIZE 6)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Meant for headers, where a class with a member of an anonymous type is another class in every file that includes it;
    # g++ takes the files of a unit for headers.
    target_compile_options(${target} PRIVATE -Wno-subobject-linkage)
  endif()
endfunction()
