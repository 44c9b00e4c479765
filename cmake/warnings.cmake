add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Wold-style-cast -Wswitch)
if(TWEESTAP_WARNINGS_AS_ERRORS)
  add_compile_options(-Werror)
endif()
